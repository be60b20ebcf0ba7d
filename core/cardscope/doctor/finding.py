"""What goes into an examination (:class:`PcscView`) and what comes out of it (:class:`Finding`)."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "note", "problem"]

# Return values of SCardEstablishContext and SCardListReaders (pcsclite.h, winerror.h) that tell one cause from another.
SCARD_E_NO_SERVICE = 0x8010001D
SCARD_E_SERVICE_STOPPED = 0x8010001E
SCARD_W_SECURITY_VIOLATION = 0x8010006A

_NAMES = {
    0x80100001: "SCARD_F_INTERNAL_ERROR",
    0x80100013: "SCARD_F_COMM_ERROR",
    SCARD_E_NO_SERVICE: "SCARD_E_NO_SERVICE",
    SCARD_E_SERVICE_STOPPED: "SCARD_E_SERVICE_STOPPED",
    0x8010002E: "SCARD_E_NO_READERS_AVAILABLE",
    SCARD_W_SECURITY_VIOLATION: "SCARD_W_SECURITY_VIOLATION",
}


@dataclass(frozen=True, slots=True)
class PcscView:
    """What the reader engine saw of PC/SC.

    ``detail`` is the engine's sentence or empty, ``error_code`` the SCARD code of the failure (signed or unsigned, as
    the platform gives it) or ``None``, ``readers`` the names that PC/SC lists.
    """

    service_running: bool
    detail: str = ""
    error_code: int | None = None
    readers: tuple[str, ...] = ()

    @property
    def code(self) -> int | None:
        """``error_code`` as the unsigned 32-bit number that the headers name."""
        return None if self.error_code is None else self.error_code & 0xFFFFFFFF

    @property
    def answer(self) -> str:
        """What PC/SC answered, or else the engine's ``detail``, as a sentence with a leading space, or empty."""
        if self.code is None:
            return f" {self.detail}" if self.detail else ""
        name = _NAMES.get(self.code)
        return f" PC/SC answered {self.code:08X}{f' ({name})' if name else ''}."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the doctor looked at.

    ``code`` is stable and for scripts; ``title`` and ``detail`` are for a person. ``cure`` is a command to copy into a
    terminal, or empty; ``cure_note`` says what the command leaves to do, or what to do where no command helps.
    """

    code: str
    level: Level
    title: str
    detail: str = ""
    cure: str = ""
    cure_note: str = ""

    def to_json(self) -> dict[str, str]:
        """The finding as ``cardscope doctor --json`` prints it: every field, all of them strings."""
        return {
            "code": self.code,
            "level": self.level,
            "title": self.title,
            "detail": self.detail,
            "cure": self.cure,
            "cure_note": self.cure_note,
        }


def readers_listed(pcsc: PcscView) -> Finding:
    """The positive finding for the readers that PC/SC lists; there must be at least one."""
    count = len(pcsc.readers)
    names = ", ".join(pcsc.readers)
    return Finding("readers-listed", "ok", f"PC/SC lists {count} {'reader' if count == 1 else 'readers'}", f"{names}.")
