"""The examination itself: the right checks for the platform, and the order in which a person should read them."""

from cardscope.doctor import linux, macos, windows
from cardscope.doctor.finding import Finding, PcscView
from cardscope.doctor.machine import Machine

_ORDER = {"problem": 0, "note": 1, "ok": 2}


def examine(machine: Machine, pcsc: PcscView) -> list[Finding]:
    """What is wrong and what is fine on ``machine``, given what the reader engine saw.

    Problems come first, the one to solve first at the top, then notes, then what is fine. Changes nothing, raises
    nothing for whatever is or is not on the machine.
    """
    if machine.platform == "win32":
        found = windows.findings(machine, pcsc)
    elif machine.platform == "darwin":
        found = macos.findings(pcsc)
    else:
        found = linux.findings(machine, pcsc)
    return sorted(found, key=lambda finding: _ORDER[finding.level])


def diagnose(pcsc: PcscView) -> list[Finding]:
    """:func:`examine` for the machine that CardScope runs on. Blocks while it reads files, so call it in a thread."""
    return examine(Machine.this(), pcsc)
