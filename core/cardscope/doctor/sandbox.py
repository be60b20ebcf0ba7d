"""Whether CardScope runs in a sandbox that may keep the PC/SC service out of sight."""

import shlex
from dataclasses import dataclass
from typing import Literal

from cardscope.doctor.finding import Finding
from cardscope.doctor.machine import Machine

_CGROUP_MARKS = ("docker", "kubepods", "containerd", "libpod", "/lxc")

# The folder, not the socket: the socket is made anew whenever the service restarts.
_SHARE_SOCKET = (
    "add --volume /run/pcscd:/run/pcscd to the command that starts the container (docker run, podman run), with pcscd"
    " running on the computer itself."
)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """``name`` is the Flatpak's application id or the Snap's name, empty for a container."""

    kind: Literal["Flatpak", "Snap", "container"]
    name: str = ""


def find_sandbox(machine: Machine) -> Sandbox | None:
    """The sandbox that CardScope runs in, or ``None``."""
    if machine.exists("/.flatpak-info"):
        return Sandbox("Flatpak", _flatpak_value(machine, "Application", "name"))
    if "SNAP" in machine.environ and _is_confined_snap(machine):
        return Sandbox("Snap", machine.environ.get("SNAP_INSTANCE_NAME") or machine.environ.get("SNAP_NAME", ""))
    if machine.exists("/.dockerenv") or machine.exists("/run/.containerenv") or machine.environ.get("container"):
        return Sandbox("container")
    if any(mark in machine.text("/proc/1/cgroup") for mark in _CGROUP_MARKS):
        return Sandbox("container")
    return None


def closed(machine: Machine, sandbox: Sandbox) -> Finding:
    """The finding for a ``sandbox`` in which the PC/SC socket is not to be seen."""
    if sandbox.kind == "Flatpak":
        return _closed_flatpak(machine, sandbox)
    if sandbox.kind == "Snap":
        return Finding(
            "sandbox-closed",
            "problem",
            "The Snap sandbox keeps CardScope away from the PC/SC service",
            "The Snap has the interface pcscd, but it is not connected; Snaps are never connected to it by themselves.",
            f"sudo snap connect {shlex.quote(sandbox.name)}:pcscd" if sandbox.name else "",
            "Then start CardScope again.",
        )
    return Finding(
        "sandbox-closed",
        "problem",
        "CardScope runs in a container that has no way to the PC/SC service",
        "The PC/SC service's socket /run/pcscd/pcscd.comm is not there, and no service is installed in the container.",
        cure_note=f"To give it one, {_SHARE_SOCKET}",
    )


def own_service_in_container() -> Finding:
    """The finding for a container that has a PC/SC service of its own installed."""
    return Finding(
        "sandbox-own-service",
        "note",
        "CardScope runs in a container with a PC/SC service of its own",
        "That service finds only the readers whose USB devices the container was given (--device /dev/bus/usb).",
        cure_note=f"To use the computer's PC/SC service instead, {_SHARE_SOCKET}",
    )


def _closed_flatpak(machine: Machine, sandbox: Sandbox) -> Finding:
    if "pcsc" in _flatpak_value(machine, "Context", "sockets").split(";"):
        return Finding(
            "sandbox-host-service",
            "problem",
            "The PC/SC service of the computer was not running when the Flatpak sandbox was made",
            "CardScope may use smart cards here, but Flatpak shares the service's socket only if it is there at start.",
            "sudo systemctl enable --now pcscd.socket",
            "Then start CardScope again.",
        )
    return Finding(
        "sandbox-closed",
        "problem",
        "The Flatpak sandbox keeps CardScope away from the PC/SC service",
        "The permission for smart cards (socket pcsc) is not granted.",
        f"flatpak override --user --socket=pcsc {shlex.quote(sandbox.name)}" if sandbox.name else "",
        "Then start CardScope again.",
    )


def _is_confined_snap(machine: Machine) -> bool:
    # Programs that a classic Snap starts (a terminal in an editor) inherit SNAP without being confined.
    label = machine.text("/proc/self/attr/current").strip("\0\n ")
    return not label or (label.startswith("snap.") and label.endswith("(enforce)"))


def _flatpak_value(machine: Machine, section: str, key: str) -> str:
    current = ""
    for line in machine.text("/.flatpak-info").splitlines():
        if line.startswith("["):
            current = line.strip("[] ")
        elif current == section and line.partition("=")[0].strip() == key:
            return line.partition("=")[2].strip()
    return ""
