"""The examination on Linux: pcsc-lite, its drivers, the kernel's NFC modules, USB devices and sandboxes."""

from collections.abc import Sequence
from dataclasses import replace

from cardscope.doctor import cures, service
from cardscope.doctor.drivers import Driver, find_drivers, loaded_nfc_modules
from cardscope.doctor.finding import (
    SCARD_E_SERVICE_STOPPED,
    SCARD_W_SECURITY_VIOLATION,
    Finding,
    PcscView,
    readers_listed,
)
from cardscope.doctor.machine import Machine
from cardscope.doctor.sandbox import Sandbox, closed, find_sandbox, own_service_in_container
from cardscope.doctor.usb import UsbId, UsbReader, find_usb_readers, split_listed

_ACS = 0x072F


def findings(machine: Machine, pcsc: PcscView) -> list[Finding]:
    """All findings, the likelier cause before the less likely one."""
    sandbox = find_sandbox(machine)
    daemon = service.find_daemon(machine)
    # A sandbox shows its own files, not those of the computer, unless it is a container with a service of its own.
    sees_service_files = sandbox is None or (sandbox.kind == "container" and bool(daemon))
    if not sees_service_files:
        # Commands are for the computer itself, where root of a container is nobody.
        machine = replace(machine, is_root=False)
    version = machine.query([daemon, "--version"]) if daemon and sees_service_files else ""
    drivers = find_drivers(machine, version) if sees_service_files and daemon else None
    usb_readers = find_usb_readers(machine)
    friendly = _friendly_names(drivers or [])
    listed, unlisted = split_listed(usb_readers or [], pcsc.readers, friendly)

    found = _service(machine, pcsc, sandbox, version, sees_service_files)
    found += _usb(pcsc, usb_readers, listed)
    if drivers is not None:
        found += _drivers(machine, pcsc, drivers, unlisted)
    found += _modules(machine, pcsc, usb_readers, unlisted)
    found += _unlisted(machine, pcsc, drivers, unlisted)
    if sees_service_files:
        return found
    return [_outside(finding) for finding in found]


def _service(
    machine: Machine, pcsc: PcscView, sandbox: Sandbox | None, version: str, sees_service_files: bool
) -> list[Finding]:
    if pcsc.service_running:
        reached = service.running(machine, version)
        if sandbox is not None:
            reached.append(
                Finding("sandbox-open", "ok", f"CardScope runs in a {sandbox.kind} and reaches the PC/SC service")
            )
        return reached
    # A refusal and a mismatch are answers: the socket was reached, so the sandbox is not what keeps it away.
    answered = pcsc.code in (SCARD_W_SECURITY_VIOLATION, SCARD_E_SERVICE_STOPPED)
    if sandbox is None or sees_service_files or answered:
        silent = [service.not_running(machine, pcsc)]
        return [*silent, own_service_in_container()] if sandbox is not None and sees_service_files else silent
    if machine.is_socket(service.socket_path(machine)):
        return [
            Finding(
                "service-stopped",
                "problem",
                "The PC/SC service (pcscd) of the computer does not answer",
                f"Its socket is visible in the {sandbox.kind} sandbox, but the service behind it is gone.{pcsc.answer}",
                "sudo systemctl stop pcscd.socket pcscd.service && sudo systemctl start pcscd.socket",
                "Then start CardScope again: the sandbox keeps the old socket.",
            )
        ]
    return [closed(machine, sandbox)]


def _usb(pcsc: PcscView, usb_readers: Sequence[UsbReader] | None, listed: Sequence[UsbReader]) -> list[Finding]:
    found = [
        Finding("reader-listed", "ok", f"{reader.label} is plugged in, and PC/SC lists it", _serial(reader))
        for reader in listed
    ]
    if pcsc.readers:
        found.append(readers_listed(pcsc))
    if usb_readers is None:
        found.append(
            Finding(
                "usb-unseen",
                "note",
                "USB devices cannot be seen from here",
                "There is no /sys/bus/usb/devices, so the doctor cannot tell whether a reader is plugged in.",
            )
        )
    elif not usb_readers:
        found.append(
            Finding(
                "no-usb-reader",
                "note" if pcsc.readers else "problem",
                "No USB device that looks like a card reader is plugged in",
                "No device has an interface of the smart card class (0B), and none is a reader known by its numbers.",
                cure_note="Plug the reader in, try another cable (some only carry power) and a port of the computer"
                " itself rather than a hub. A virtual machine must be given the USB device by its host.",
            )
        )
    return found


def _drivers(
    machine: Machine, pcsc: PcscView, drivers: Sequence[Driver], unlisted: Sequence[UsbReader]
) -> list[Finding]:
    if drivers:
        names = ", ".join(f"{driver.name} {driver.version}".strip() for driver in drivers)
        return [Finding("driver-installed", "ok", "A driver for USB readers is installed", f"{names}.")]
    cure = cures.install_driver(machine, "ccid")
    return [
        Finding(
            "driver-missing",
            "problem" if unlisted or not pcsc.readers else "note",
            "The driver for USB readers (CCID) is not installed",
            "The PC/SC service is installed, but it has no ifd-ccid.bundle: without it, it finds no USB reader.",
            cure,
            "" if cure else "Install your distribution's package of the CCID driver (libccid or ccid); restart pcscd.",
        )
    ]


def _modules(
    machine: Machine, pcsc: PcscView, usb_readers: Sequence[UsbReader] | None, unlisted: Sequence[UsbReader]
) -> list[Finding]:
    loaded = loaded_nfc_modules(machine)
    if loaded is None:
        return []
    # The module nfc alone serves built-in NFC chips and holds no USB reader.
    if not any(module.startswith("pn533") for module in loaded):
        return [Finding("nfc-modules-clear", "ok", "No NFC driver of the kernel is in the way (pn533)")]
    held = _held(unlisted)
    modules = ", ".join(loaded)
    cure = cures.blacklist_nfc_modules(machine, loaded)
    note = "Then unplug the reader and plug it in again."
    if held:
        names = " and ".join(reader.label for reader in held)
        return [
            Finding(
                "nfc-modules-loaded",
                "problem",
                f"The kernel's own NFC driver holds {names}",
                f"The modules {modules} are loaded; PC/SC then cannot open the reader (LIBUSB_ERROR_BUSY).",
                cure,
                note,
            )
        ]
    return [
        Finding(
            "nfc-modules-loaded",
            "problem" if usb_readers is None and not pcsc.readers else "note",
            "The kernel's own NFC driver (pn533) is loaded",
            f"The modules {modules} are loaded. They take an ACR122U away from PC/SC when one is plugged in.",
            cure,
            note,
        )
    ]


def _unlisted(
    machine: Machine, pcsc: PcscView, drivers: Sequence[Driver] | None, unlisted: Sequence[UsbReader]
) -> list[Finding]:
    held = _held(unlisted) if any(m.startswith("pn533") for m in loaded_nfc_modules(machine) or []) else []
    found: list[Finding] = []
    for reader in unlisted:
        if reader.known is not None and not reader.known.pcsc:
            found.append(
                Finding(
                    "reader-not-pcsc",
                    "problem",
                    f"{reader.label} does not work with PC/SC",
                    _sentences(
                        "It is an NFC reader with a protocol of its own; PC/SC has no driver for it.", _serial(reader)
                    ),
                    cure_note="CardScope needs a reader that PC/SC supports. Programs made with libnfc or nfcpy can"
                    " use this one.",
                )
            )
        elif not pcsc.service_running or drivers == [] or reader in held:
            found.append(
                Finding(
                    "reader-plugged",
                    "ok",
                    f"{reader.label} is plugged in",
                    _sentences("PC/SC can list it once the problem above is solved.", _serial(reader)),
                )
            )
        elif drivers and all(driver.devices for driver in drivers) and not _friendly_names(drivers).get(reader.id):
            found.append(_unknown_to_driver(machine, drivers, reader))
        else:
            found.append(
                Finding(
                    "reader-not-listed",
                    "problem",
                    f"{reader.label} is plugged in, but PC/SC does not list it",
                    _sentences(_holder(reader), _serial(reader)),
                    cures.restart_service(machine),
                    "Then unplug the reader and plug it in again. If it still is not listed, the service says why:"
                    " journalctl --unit=pcscd --lines=30",
                )
            )
    return found


def _unknown_to_driver(machine: Machine, drivers: Sequence[Driver], reader: UsbReader) -> Finding:
    installed = {driver.name for driver in drivers}
    acs = reader.id[0] == _ACS and "ifd-acsccid.bundle" not in installed
    cure = cures.install_driver(machine, "acsccid") if acs else ""
    names = ", ".join(f"{driver.name} {driver.version}".strip() for driver in drivers)
    return Finding(
        "reader-unknown-to-driver",
        "problem",
        f"{reader.label} is plugged in, but no installed driver knows it",
        _sentences(f"pcscd picks a driver by the USB numbers, and these are not in {names}.", _serial(reader)),
        cure,
        ""
        if cure
        else "Newer versions of the CCID driver know more readers: update it, or install the driver of the reader's"
        " maker.",
    )


def _held(readers: Sequence[UsbReader]) -> list[UsbReader]:
    """Readers fit for PC/SC that the kernel's PN533 driver has, or must be assumed to have when sysfs does not say."""
    return [
        reader
        for reader in readers
        if (reader.known is None or reader.known.pcsc)
        and (
            reader.is_claimed_by_pn533
            or (reader.known is not None and reader.known.pn533 and not reader.kernel_drivers)
        )
    ]


def _holder(reader: UsbReader) -> str:
    if "usbfs" in reader.kernel_drivers:
        return (
            "A program holds it directly over USB. If that is not pcscd, it may be GnuPG's scdaemon, which has a CCID"
            " driver of its own."
        )
    if reader.kernel_drivers:
        return f"The kernel driver {', '.join(reader.kernel_drivers)} holds it."
    return "No driver holds it."


def _serial(reader: UsbReader) -> str:
    return f"Serial number {reader.serial}." if reader.serial else ""


def _sentences(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _friendly_names(drivers: Sequence[Driver]) -> dict[UsbId, list[str]]:
    names: dict[UsbId, list[str]] = {}
    for driver in drivers:
        for usb_id, name in driver.devices.items():
            names.setdefault(usb_id, []).append(name)
    return names


def _outside(finding: Finding) -> Finding:
    if not finding.cure or finding.cure.startswith("unset "):
        return finding
    return replace(finding, cure_note=f"On the computer itself, outside the sandbox. {finding.cure_note}".strip())
