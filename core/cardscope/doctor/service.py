"""The state of the PC/SC service on Linux (pcsc-lite's daemon pcscd), told from files."""

from cardscope.doctor import cures
from cardscope.doctor.finding import SCARD_E_SERVICE_STOPPED, SCARD_W_SECURITY_VIOLATION, Finding, PcscView
from cardscope.doctor.machine import Machine

# pcsc-lite's default (meson option ipcdir) and the name that the client library reads instead (src/winscard_msg.c).
DEFAULT_SOCKET = "/run/pcscd/pcscd.comm"
SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"

_DAEMONS = (
    "/usr/sbin/pcscd",
    "/usr/bin/pcscd",
    "/sbin/pcscd",
    "/usr/local/sbin/pcscd",
    "/run/current-system/sw/bin/pcscd",
)

# Linux include/uapi/linux/net.h: the flag of a socket in /proc/net/unix that accepts connections.
_SO_ACCEPTCON = 0x10000


def find_daemon(machine: Machine) -> str:
    """The path of pcscd, or an empty string when it is not installed here."""
    return next((path for path in _DAEMONS if machine.exists(path)), "")


def other_socket(machine: Machine) -> str:
    """The socket that the environment sets in place of the system's, or an empty string."""
    path = machine.environ.get(SOCKET_VARIABLE, "")
    return "" if _plain(path) == DEFAULT_SOCKET else path


def socket_path(machine: Machine) -> str:
    """The socket that the client library connects to."""
    return other_socket(machine) or DEFAULT_SOCKET


def running(machine: Machine, pcscd_version: str) -> list[Finding]:
    """Findings for a service that answers."""
    version = pcscd_version.partition("pcsc-lite version ")[2].split("\n", 1)[0].strip(" .")
    findings = [
        Finding(
            "service-running",
            "ok",
            f"The PC/SC service is running{f' (pcscd {version})' if version else ''}",
            f"It answers on {socket_path(machine)}.",
        )
    ]
    if other_socket(machine):
        findings.append(
            Finding(
                "socket-redirected",
                "note",
                "CardScope talks to another PC/SC service than the system's",
                f"{SOCKET_VARIABLE} is set to {other_socket(machine)}: only the readers of that service are listed.",
                f"unset {SOCKET_VARIABLE}",
                "In the terminal from which you start CardScope; then start it again.",
            )
        )
    return findings


def not_running(machine: Machine, pcsc: PcscView) -> Finding:
    """Why the service does not answer. The causes exclude each other, the surest sign first."""
    if pcsc.code == SCARD_W_SECURITY_VIOLATION:
        return _refused(machine, pcsc)
    if pcsc.code == SCARD_E_SERVICE_STOPPED:
        return Finding(
            "protocol-mismatch",
            "problem",
            "The PC/SC service and CardScope's PC/SC library do not understand each other",
            "pcscd and libpcsclite come from versions of pcsc-lite with different protocols, as happens when only one"
            f" of them was updated, or when CardScope brings its own library (sandbox, container).{pcsc.answer}",
            cures.restart_service(machine),
            "This helps when pcsc-lite was just updated and the old service still runs. If it does not help, bring the"
            " pcsc-lite of the computer and of the sandbox to the same version (2.4.1 and newer also speak to the one"
            " protocol before theirs).",
        )
    if other_socket(machine) and _is_listening(machine, other_socket(machine)) is not True:
        return Finding(
            "socket-redirected",
            "problem",
            "CardScope is told to talk to a PC/SC service that is not there",
            f"{SOCKET_VARIABLE} is set to {other_socket(machine)}, where nothing answers.{pcsc.answer}",
            f"unset {SOCKET_VARIABLE}",
            "In the terminal from which you start CardScope; then start it again.",
        )
    if not find_daemon(machine):
        return Finding(
            "service-missing",
            "problem",
            "The PC/SC service (pcscd) is not installed",
            f"It is the program that talks to card readers for all others.{pcsc.answer}",
            cures.install_service(machine),
            "" if cures.install_service(machine) else "Install pcsc-lite and its CCID driver from your distribution.",
        )
    masked = [unit for unit in ("pcscd.socket", "pcscd.service") if _is_masked(machine, unit)]
    if masked:
        return Finding(
            "service-masked",
            "problem",
            "The PC/SC service (pcscd) is installed, but switched off for good (masked)",
            f"Masked in systemd: {', '.join(masked)}.{pcsc.answer}",
            cures.unmask_service(machine),
        )
    return _installed_but_silent(machine, pcsc)


def _installed_but_silent(machine: Machine, pcsc: PcscView) -> Finding:
    path = socket_path(machine)
    if not machine.is_socket(path):
        return Finding(
            "service-stopped",
            "problem",
            "The PC/SC service (pcscd) is installed, but not running",
            f"Its socket {path} is not there.{pcsc.answer}",
            cures.start_service(machine),
        )
    if _is_listening(machine, path) is False:
        return Finding(
            "socket-stale",
            "problem",
            "The PC/SC service (pcscd) is not running and left its socket behind",
            f"{path} is there, but no process listens on it: the service was killed.{pcsc.answer}",
            cures.restart_service(machine) or cures.start_service(machine),
        )
    return Finding(
        "service-failing",
        "problem",
        "The PC/SC service (pcscd) is there, but does not answer",
        f"{path} accepts connections (systemd starts the service on demand), yet the service fails.{pcsc.answer}",
        cures.restart_service(machine),
        "If it fails again, its last messages say why: journalctl --unit=pcscd --lines=30",
    )


def _refused(machine: Machine, pcsc: PcscView) -> Finding:
    return Finding(
        "access-denied",
        "problem",
        "The PC/SC service refuses you (polkit)",
        f"By default it serves only whoever sits at the computer. {_session(machine)}{pcsc.answer}",
        cures.allow_user(machine),
        "This lets your user reach card readers from every session; it works at once. Without it, start CardScope from"
        " the computer's own desktop.",
    )


def _session(machine: Machine) -> str:
    """What kind of session CardScope runs in, as a sentence. Only an active one is served by default."""
    if machine.environ.get("SSH_CONNECTION"):
        return "You are logged in over the network (SSH)."
    name = machine.environ.get("XDG_SESSION_ID", "")
    state = machine.settings(f"/run/systemd/sessions/{name}")
    if not name or not state:
        return "CardScope runs outside any desktop session that logind knows."
    if state.get("REMOTE") == "1":
        return "Your session is a remote one."
    if state.get("ACTIVE") == "0":
        return "Your session is not the active one: another user's or the login screen is in front."
    return "Your session is active and local, so a polkit rule on this computer must forbid it."


def _is_masked(machine: Machine, unit: str) -> bool:
    return any(
        machine.link(f"{folder}/{unit}") == "/dev/null" for folder in ("/etc/systemd/system", "/run/systemd/system")
    )


def _is_listening(machine: Machine, path: str) -> bool | None:
    """Whether a process of this network namespace listens on ``path``; ``None`` when that cannot be told."""
    lines = machine.text("/proc/net/unix").splitlines()[1:]
    if not lines:
        return None
    for line in lines:
        # Num RefCount Protocol Flags Type St Inode Path; a path may hold spaces.
        parts = line.split(maxsplit=7)
        if len(parts) == 8 and _plain(parts[7]) == _plain(path):
            try:
                if int(parts[3], 16) & _SO_ACCEPTCON:
                    return True
            except ValueError:
                return None
    return False


def _plain(path: str) -> str:
    # /var/run is a link to /run; units of older distributions still name it.
    return path.removeprefix("/var") if path.startswith("/var/run/") else path
