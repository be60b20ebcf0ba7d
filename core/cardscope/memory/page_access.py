"""What can be done with each page of one tag, from what was read of it."""

from dataclasses import dataclass
from enum import StrEnum

from cardscope.memory.draft import stored_pages
from cardscope.memory.page_area import Area, page_area
from cardscope.tags.catalogue import SECTOR, Chip
from cardscope.tags.locks import LockBytes
from cardscope.tags.snapshot import TagSnapshot


class Access(StrEnum):
    """What can be done with a page."""

    WRITABLE = "writable"
    ONE_WAY = "one_way"
    """Bits can be set, and never cleared."""
    READ_ONLY = "read_only"
    """By its nature."""
    LOCKED = "locked"
    """Made read-only for ever."""
    WRITE_ONLY = "write_only"
    """PWD, PACK and keys: READ shows 00."""
    NEEDS_PASSWORD = "needs_password"
    """A write needs the password or the key first."""
    UNKNOWN = "unknown"
    """What would tell could not be read."""


@dataclass(frozen=True, slots=True)
class PageAccess:
    """What can be done with a page, and a sentence that says why."""

    access: Access
    why: str


class TagAccess:
    """The state of one tag that decides over all of its pages. Made once, asked for many pages."""

    def __init__(self, snapshot: TagSnapshot) -> None:
        self._snapshot = snapshot
        chip = self.chip = snapshot.chip
        self.locked: frozenset[int] = frozenset()
        """The pages that a lock bit makes read-only."""
        self.lock_unknown: frozenset[int] = frozenset()
        """The pages whose lock bits could not be read."""
        for lock in lock_bytes(chip):
            page = snapshot.pages.get(lock.page)
            if page is None:
                self.lock_unknown |= {page for bit in lock.bits for page in bit.pages}
            else:
                self.locked |= lock.locked_pages(page[lock.offset : lock.offset + lock.size])
        config = {name: self._value(name) for name in chip.fields}
        self.config_known = None not in config.values()
        """Whether all pages with settings could be read."""
        self.protected = _protected(chip, config)
        """The pages that need the password or the key; ``None``: unknown."""
        self.prot = bool(config.get("PROT") or config.get("NFC_PROT")) or config.get("AUTH1", 1) == 0
        """Reading them needs it too."""
        limit = config.get("AUTHLIM") or 0
        self.authlim = 1 << limit if limit and chip.authlim_power else limit
        """How many wrong passwords there may be; 0: any number, or unknown."""
        self.exhausted = bool(self.authlim) and (snapshot.auth_failures or 0) >= self.authlim
        """No password is taken any more, as far as the count of failures is known."""
        self.frozen: frozenset[int] = frozenset()
        """The pages that CFGLCK or REG_LOCK have made read-only."""
        if config.get("CFGLCK"):
            self.frozen |= {page for page in (chip.cfg0, chip.cfg1) if page is not None}
        if config.get("REG_LOCK_NFC"):
            self.frozen |= {page for area in chip.register_lock_pages for page in area}
        self.hidden: frozenset[int] = frozenset()
        """The pages that cannot be reached by radio."""
        if config.get("NFC_DIS_SEC1"):
            self.hidden = frozenset(page for page in stored_pages(chip) if page // SECTOR == 1)
        self.refuses_writes = config.get("TRANSFER_DIR") == 0
        """TRANSFER_DIR lets only the I²C side write (NT3H1101/1201 data sheet §8.3.11)."""

    def page(self, page: int) -> PageAccess:
        """What can be done with ``page``. Raises ValueError for a page that the chip does not have."""
        area = page_area(self.chip, page)
        if (never := _NEVER.get(area)) is not None:
            return PageAccess(Access.READ_ONLY, never)
        if (closed := self.closed(page)) is not None:
            return closed
        if self.is_unknown(page):
            why = self._snapshot.unreadable.get(page, "What decides over it could not be read.")
            return PageAccess(Access.UNKNOWN, why)
        if self.protected is not None and page in self.protected:
            secret = "key" if self.chip.key_pages is not None else "password"
            also = "Reading and writing" if self.prot else "Writing"
            return PageAccess(Access.NEEDS_PASSWORD, f"{also} needs the {secret}.")
        if area in (Area.STATIC_LOCK, Area.DYNAMIC_LOCK, Area.CAPABILITY_CONTAINER):
            return PageAccess(Access.ONE_WAY, "Bits can be set, and never cleared again.")
        if area in (Area.PASSWORD, Area.PACK, Area.KEY):
            return PageAccess(Access.WRITE_ONLY, "READ shows 00, whatever it holds.")
        return PageAccess(Access.WRITABLE, "Anyone may write.")

    def closed(self, page: int) -> PageAccess | None:
        """Why no WRITE to ``page`` will ever succeed by radio; ``None``: nothing of that kind is known."""
        if page in self.locked:
            lock = next(lock for lock in lock_bytes(self.chip) if any(page in bit.pages for bit in lock.bits))
            kind = "static" if lock is self.chip.static_lock else "dynamic"
            return PageAccess(Access.LOCKED, f"A {kind} lock bit has made it read-only for ever.")
        if page in self.frozen:
            name = "CFGLCK" if page in (self.chip.cfg0, self.chip.cfg1) and self._value("CFGLCK") else "REG_LOCK"
            return PageAccess(Access.LOCKED, f"{name} is set: it is read-only for ever.")
        if page in self.hidden:
            return PageAccess(Access.READ_ONLY, "NFC_DIS_SEC1 is set: sector 1 cannot be reached by radio.")
        if self.refuses_writes:
            return PageAccess(Access.READ_ONLY, "TRANSFER_DIR is 0: the tag refuses every write by radio.")
        return None

    def is_unknown(self, page: int) -> bool:
        """Whether it cannot be told if ``page`` takes a WRITE: its lock bits are unknown, or the settings are and
        ``page`` was not readable."""
        if page in self.lock_unknown:
            return True
        special = page_area(self.chip, page) is not Area.USER
        return not self.config_known and (special or page not in self._snapshot.pages)

    def _value(self, name: str) -> int | None:
        field = self.chip.fields.get(name)
        page = None if field is None else self._snapshot.pages.get(field.page)
        return None if field is None or page is None else field.value(page)


def page_access(snapshot: TagSnapshot, page: int) -> PageAccess:
    """What can be done with one ``page``; for many, keep a :class:`TagAccess`. Raises ValueError for a page that the
    chip does not have."""
    return TagAccess(snapshot).page(page)


def lock_bytes(chip: Chip) -> tuple[LockBytes, ...]:
    """The static and, where there are any, the dynamic lock bytes."""
    return (chip.static_lock,) if chip.dynamic_lock is None else (chip.static_lock, chip.dynamic_lock)


_NEVER = {
    Area.SERIAL_NUMBER: "The serial number: a chip refuses to change it, and a copy that takes it may never answer "
    "again.",
    Area.COUNTER: "A write counts up, and nothing counts down: CardScope does not write here.",
    Area.SESSION_REGISTER: "Volatile registers, read-only by radio.",
    Area.SRAM: "SRAM is here only while the I²C side has switched it on.",
    Area.RESERVED: "Reserved: what a write does here is not published.",
}
"""Areas that are never written, with the reason."""


def _protected(chip: Chip, config: dict[str, int | None]) -> frozenset[int] | None:
    if "AUTH0" not in chip.fields:
        return frozenset()
    auth0 = config["AUTH0"]
    if auth0 is None:
        return None
    pages = frozenset(range(auth0, chip.auth0_end))
    pages -= {page for area in chip.never_protected for page in area}
    if config.get("2K_PROT"):
        pages |= {page for page in stored_pages(chip) if page // SECTOR == 1}
    return pages
