"""The examination on macOS. Written from documents; nobody of this project has tried it on a machine.

Source: SmartCardServices(7) of macOS 14 as quoted in "Apple's own CCID driver in Sonoma", blog.apdu.fr, November 2023.
"""

from cardscope.doctor.finding import Finding, PcscView, readers_listed

_UNTRIED = "From documents; not tried by this project."


def findings(pcsc: PcscView) -> list[Finding]:
    """All findings, the likelier cause before the less likely one."""
    service = Finding(
        "service-built-in",
        "ok" if pcsc.service_running else "note",
        "macOS has its own smart card service, and there is nothing to start",
        f"It starts by itself when a program asks for readers.{pcsc.answer}",
    )
    if pcsc.readers:
        return [service, readers_listed(pcsc)]
    return [
        service,
        Finding(
            "no-reader-listed",
            "problem",
            "macOS sees no card reader",
            "Readers of the standard class (CCID) need no driver.",
            "system_profiler SPUSBDataType SPSmartCardsDataType",
            "This shows the USB devices and the readers that macOS sees. If yours is not among the USB devices, plug it"
            f" in again or try another cable. {_UNTRIED}",
        ),
        Finding(
            "ccid-driver-choice",
            "note",
            "Since macOS 14, Apple's own CCID driver comes first",
            "A reader that it does not serve may work with the open CCID driver that macOS also has.",
            "sudo defaults write /Library/Preferences/com.apple.security.smartcard useIFDCCID -bool yes",
            f"Then plug the reader in again. The same command with no instead of yes goes back. {_UNTRIED}",
        ),
    ]
