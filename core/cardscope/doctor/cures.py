"""Every command that the doctor offers, for the distribution and the init system at hand.

Package names: Debian (pcscd, libccid, libacsccid1), Fedora (pcsc-lite, pcsc-lite-ccid, pcsc-lite-acsccid), Arch Linux
(pcsclite, ccid) and openSUSE (pcsc-lite, pcsc-ccid, pcsc-acsccid) package indexes.
"""

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cardscope.doctor.machine import Machine

# The PC/SC service, the driver for standard USB readers, the maker's driver for ACS readers.
_Part = Literal["service", "ccid", "acsccid"]


@dataclass(frozen=True, slots=True)
class _Packaging:
    install: str
    packages: dict[_Part, str]


_PACKAGING = {
    "apt": _Packaging("apt install", {"service": "pcscd", "ccid": "libccid", "acsccid": "libacsccid1"}),
    "dnf": _Packaging(
        "dnf install", {"service": "pcsc-lite", "ccid": "pcsc-lite-ccid", "acsccid": "pcsc-lite-acsccid"}
    ),
    "pacman": _Packaging("pacman -S --needed", {"service": "pcsclite", "ccid": "ccid"}),
    "zypper": _Packaging("zypper install", {"service": "pcsc-lite", "ccid": "pcsc-ccid", "acsccid": "pcsc-acsccid"}),
}

# os-release ID and ID_LIKE values (freedesktop os-release(5)); derivatives name their parent in ID_LIKE.
_FAMILIES = {
    "debian": "apt",
    "ubuntu": "apt",
    "fedora": "dnf",
    "rhel": "dnf",
    "centos": "dnf",
    "arch": "pacman",
    "suse": "zypper",
    "opensuse": "zypper",
    "sles": "zypper",
}


def install_service(machine: Machine) -> str:
    """The command that installs the PC/SC service with the CCID driver and has it started.

    Empty where the distribution is not known.
    """
    installing = _install(machine, "service", "ccid")
    if installing and _has_systemd(machine):
        # Only Debian's packages enable the socket by themselves; enabling it twice is harmless.
        return f"{installing} && {start_service(machine)}"
    return installing


def install_driver(machine: Machine, driver: Literal["ccid", "acsccid"]) -> str:
    """The command that installs a driver and makes the service load it; empty where no package is known."""
    # pcscd reads its list of drivers only when it starts.
    installing, restarting = _install(machine, driver), restart_service(machine)
    return f"{installing} && {restarting}" if installing and restarting else installing


def start_service(machine: Machine) -> str:
    """The command that starts the PC/SC service, now and at every boot where the init system can."""
    sudo = _sudo(machine)
    if _has_systemd(machine):
        return f"{sudo}systemctl enable --now pcscd.socket"
    if machine.exists("/run/openrc"):
        return f"{sudo}rc-update add pcscd default && {sudo}rc-service pcscd start"
    if machine.exists("/run/runit") and machine.exists("/etc/sv/pcscd"):
        return f"{sudo}ln -s /etc/sv/pcscd /var/service/"
    if machine.exists("/etc/init.d/pcscd"):
        return f"{sudo}service pcscd start"
    return f"{sudo}pcscd"


def unmask_service(machine: Machine) -> str:
    """The command that undoes ``systemctl mask`` and starts the service."""
    return f"{_sudo(machine)}systemctl unmask pcscd.socket pcscd.service && {start_service(machine)}"


def restart_service(machine: Machine) -> str:
    """The command that ends the PC/SC service, whatever its state, and starts it afresh.

    Empty without an init system.
    """
    sudo = _sudo(machine)
    if _has_systemd(machine):
        # systemd refuses to start the socket while the service runs, so both go down first.
        return f"{sudo}systemctl stop pcscd.socket pcscd.service && {sudo}systemctl start pcscd.socket"
    if machine.exists("/run/openrc"):
        return f"{sudo}rc-service pcscd restart"
    if machine.exists("/run/runit"):
        return f"{sudo}sv restart pcscd"
    if machine.exists("/etc/init.d/pcscd"):
        return f"{sudo}service pcscd restart"
    return ""


def blacklist_nfc_modules(machine: Machine, loaded: Sequence[str]) -> str:
    """The command that keeps the kernel's PN533 driver from loading and unloads its ``loaded`` modules."""
    sudo = _sudo(machine)
    return (
        r"printf 'blacklist pn533_usb\nblacklist pn533\nblacklist nfc\n'"
        f" | {sudo}tee /etc/modprobe.d/blacklist-nfc-pn533.conf && {sudo}modprobe -r {' '.join(loaded)}"
    )


def allow_user(machine: Machine) -> str:
    """The command that writes a polkit rule which lets this user reach PC/SC from any session; empty without a name.

    The action names are pcsc-lite's (doc/org.debian.pcsc-lite.policy); polkitd reads a new rule file by itself.
    """
    if not machine.user:
        return ""
    # JSON's string syntax is JavaScript's: a name with a backslash (a Windows domain) stays one string.
    rule = f"""\
polkit.addRule(function(action, subject) {{
    var pcsc = ["org.debian.pcsc-lite.access_pcsc", "org.debian.pcsc-lite.access_card"];
    if (pcsc.indexOf(action.id) >= 0 && subject.user == {json.dumps(machine.user)}) {{
        return polkit.Result.YES;
    }}
}});"""
    return f"printf '%s\\n' {shlex.quote(rule)} | {_sudo(machine)}tee /etc/polkit-1/rules.d/50-cardscope-pcsc.rules"


def _install(machine: Machine, *parts: _Part) -> str:
    packaging = _packaging(machine)
    if packaging is None or not all(part in packaging.packages for part in parts):
        return ""
    packages = " ".join(packaging.packages[part] for part in parts)
    return f"{_sudo(machine)}{packaging.install} {packages}"


def _sudo(machine: Machine) -> str:
    return "" if machine.is_root else "sudo "


def _has_systemd(machine: Machine) -> bool:
    # The test of sd_booted(3).
    return machine.exists("/run/systemd/system")


def _packaging(machine: Machine) -> _Packaging | None:
    fields = machine.settings("/etc/os-release") or machine.settings("/usr/lib/os-release")
    for family in [fields.get("ID", ""), *fields.get("ID_LIKE", "").split()]:
        if family in _FAMILIES:
            return _PACKAGING[_FAMILIES[family]]
    return None
