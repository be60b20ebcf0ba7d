"""The examination on Windows. Written from Microsoft's documents; nobody of this project has tried it on a machine.

Sources: "Smart Cards for Windows Service" (service SCardSvr, start type demand), the manual of sc.exe, the manual of
pnputil (/enum-devices, Windows 10 version 1903 and newer).
"""

from cardscope.doctor.finding import Finding, PcscView, readers_listed
from cardscope.doctor.machine import Machine

_UNTRIED = "From Microsoft's documents; not tried by this project."
_DEVICES = "pnputil /enum-devices /connected /class SmartCardReader"
_LOOK = (
    f"This lists the readers that Windows sees. If yours is missing, plug it in again or install its driver. {_UNTRIED}"
)


def findings(machine: Machine, pcsc: PcscView) -> list[Finding]:
    """All findings, the likelier cause before the less likely one."""
    if pcsc.service_running:
        running = Finding("service-running", "ok", "The Smart Card service (SCardSvr) is running")
        return [running, readers_listed(pcsc) if pcsc.readers else _no_reader()]
    # The labels of sc.exe are translated, these words are not.
    if "DISABLED" in machine.query(["sc.exe", "qc", "SCardSvr"]):
        return [
            Finding(
                "service-disabled",
                "problem",
                "The Smart Card service (SCardSvr) is switched off (disabled)",
                f"Windows cannot start it when a reader is plugged in.{pcsc.answer}",
                'powershell -Command "Set-Service SCardSvr -StartupType Manual; Start-Service SCardSvr"',
                f"In a terminal opened as administrator. {_UNTRIED}",
            )
        ]
    if "RUNNING" in machine.query(["sc.exe", "query", "SCardSvr"]):
        return [
            Finding(
                "service-failing",
                "problem",
                "The Smart Card service (SCardSvr) is running, but does not answer",
                pcsc.answer.strip(),
                'powershell -Command "Restart-Service SCardSvr -Force"',
                f"In a terminal opened as administrator. {_UNTRIED}",
            )
        ]
    return [
        Finding(
            "service-stopped",
            "problem",
            "The Smart Card service (SCardSvr) is stopped",
            f"Windows starts it when the first reader is plugged in, so most likely it sees no reader.{pcsc.answer}",
            _DEVICES,
            _LOOK,
        )
    ]


def _no_reader() -> Finding:
    return Finding(
        "no-reader-listed",
        "problem",
        "Windows sees no card reader",
        "The Smart Card service runs and lists none.",
        _DEVICES,
        _LOOK,
    )
