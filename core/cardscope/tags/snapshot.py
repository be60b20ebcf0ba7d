"""What is known of one tag at one moment: the base of edits and of a rehearsal twin, a backup, and what a dump file
holds; with a format to save it in that loses nothing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, cast

from cardscope.errors import CardScopeError
from cardscope.tags.catalogue import Chip, chips
from cardscope.tags.image import PAGE_SIZE, check_uid_pages, count_in, counter_page, image_pages, uid_of
from cardscope.tags.originality import SIGNATURE_SIZE

FORMAT = "cardscope-snapshot-1"
VERSION_SIZE = 8


@dataclass(frozen=True)
class TagSnapshot:
    """One tag as far as it is known.

    ``pages`` maps page numbers, counted through the sectors (256 · sector + page), to their 4 bytes as the silicon
    holds them; a missing page is unknown. Pages 0 and 1, which hold the UID, must be there. ``counters`` goes by
    address (a chip whose counter lies in a page: by that page); a missing one is unknown. ``signature`` is the
    answer to READ_SIG, 32 bytes. ``auth_failures`` is the count of failed password authentications. ``version`` is the
    answer to GET_VERSION, 8 bytes. ``None`` means unknown. ``unreadable`` has a sentence for pages that were asked for
    and did not come. ``reader`` (its name) and ``taken`` (with a time zone) say how and when it was read; empty and
    ``None`` for what was not read from a tag.

    Raises CardScopeError, naming the place and the reason, for what cannot be a tag of this chip.
    """

    chip: Chip
    pages: Mapping[int, bytes]
    signature: bytes | None = None
    counters: Mapping[int, int] = field(default_factory=dict[int, int])
    auth_failures: int | None = None
    version: bytes | None = None
    unreadable: Mapping[int, str] = field(default_factory=dict[int, str])
    reader: str = ""
    taken: datetime | None = None

    def __post_init__(self) -> None:
        pages, counters = dict(self.pages), dict(self.counters)
        check_counters(self.chip, counters)
        self._check(pages, counters)
        if (page := self.chip.counter_page) is not None:  # a counter that lies in a page: either tells the other
            if page in counters:
                pages.setdefault(page, counter_page(counters[page]))
            elif page in pages:
                counters[page] = count_in(pages[page])
        object.__setattr__(self, "pages", MappingProxyType(dict(sorted(pages.items()))))
        object.__setattr__(self, "counters", MappingProxyType(dict(sorted(counters.items()))))
        object.__setattr__(self, "unreadable", MappingProxyType(dict(sorted(self.unreadable.items()))))

    @property
    def uid(self) -> bytes:
        """The 7 bytes of the UID."""
        return uid_of(self.chip, self.pages[0], self.pages[1])

    def to_json(self) -> str:
        """All of it as JSON text, bytes in hex."""
        return json.dumps(
            {
                "format": FORMAT,
                "chip": self.chip.key,
                "pages": {f"{page:03X}": content.hex().upper() for page, content in self.pages.items()},
                "signature": None if self.signature is None else self.signature.hex().upper(),
                "counters": {f"{address:02X}": value for address, value in self.counters.items()},
                "auth_failures": self.auth_failures,
                "version": None if self.version is None else self.version.hex().upper(),
                "unreadable": {f"{page:03X}": why for page, why in self.unreadable.items()},
                "reader": self.reader,
                "taken": None if self.taken is None else self.taken.isoformat(),
            },
            indent=1,
        )

    @classmethod
    def from_json(cls, text: str) -> "TagSnapshot":
        """The snapshot that :meth:`to_json` wrote. Raises CardScopeError, with the reason, for any other text."""
        try:
            data: Any = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise CardScopeError(f"This is no snapshot of a tag: it is not JSON ({error}).") from error
        if not isinstance(data, dict) or cast("dict[str, Any]", data).get("format") != FORMAT:
            raise CardScopeError(f'This is no snapshot of a tag: its "format" is not {FORMAT}.')
        fields = cast("dict[str, Any]", data)
        chip = chips().get(str(fields.get("chip")))
        if chip is None:
            raise CardScopeError(f"This snapshot is of a chip that is not known: {fields.get('chip')!r}.")
        try:
            taken: str | None = fields.get("taken")  # this and the next ones: not in the first release's files
            return cls(
                chip,
                _by_number(fields["pages"], "page", bytes.fromhex),
                _bytes_or_none(fields["signature"]),
                _by_number(fields["counters"], "counter", lambda value: value),
                fields["auth_failures"],
                _bytes_or_none(fields.get("version")),
                _by_number(fields.get("unreadable", {}), "unreadable page", str),
                str(fields.get("reader", "")),
                None if taken is None else datetime.fromisoformat(taken),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CardScopeError(f"This snapshot of {chip.name} is damaged: {error!r}.") from error

    def _check(self, pages: Mapping[int, bytes], counters: Mapping[int, int]) -> None:
        chip = self.chip
        existing = frozenset(image_pages(chip))
        for page, content in pages.items():
            if page not in existing:
                raise CardScopeError(f"The {chip.name} holds nothing in page {page:02X}, and this snapshot does.")
            if len(content) != PAGE_SIZE:
                raise CardScopeError(f"Page {page:02X} in this snapshot has {len(content)} bytes instead of 4.")
            if page == chip.counter_page and counters.get(page, count_in(content)) != count_in(content):
                raise CardScopeError(
                    f"Page {page:02X} in this snapshot holds the count {count_in(content)}, and counter {page:02X} "
                    f"is {counters[page]}."
                )
        for page in (0, 1):
            if page not in pages:
                raise CardScopeError(f"Page {page:02X} is missing in this snapshot, and with it part of the UID.")
        check_uid_pages(chip, pages[0], pages[1], pages.get(2))
        if self.signature is not None and len(self.signature) != SIGNATURE_SIZE:
            raise CardScopeError(f"The signature in this snapshot has {len(self.signature)} bytes instead of 32.")
        if self.version is not None and len(self.version) != VERSION_SIZE:
            raise CardScopeError(f"The version in this snapshot has {len(self.version)} bytes instead of 8.")
        if self.taken is not None and self.taken.tzinfo is None:
            raise CardScopeError("The time in this snapshot has no time zone.")
        failures = self.auth_failures
        if failures is not None and (not _is_count(failures) or failures < 0):
            raise CardScopeError(f"The number of failed authentications in this snapshot is {failures!r}.")


def _bytes_or_none(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)


def _by_number(table: Mapping[str, Any], what: str, value: Callable[[Any], Any]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for text, content in table.items():
        number = int(text, 16)
        if number in found:
            raise CardScopeError(f"This snapshot names {what} {text} twice.")
        found[number] = value(content)
    return found


def check_counters(chip: Chip, counters: Mapping[int, int]) -> None:
    """Raises CardScopeError, naming the counter, unless ``chip`` can have these counters, by address."""
    for address, value in counters.items():
        if address not in chip.counters:
            raise CardScopeError(f"The {chip.name} has no counter {address:02X}.")
        if not _is_count(value) or not 0 <= value <= chip.counter_max:
            raise CardScopeError(
                f"Counter {address:02X} of the {chip.name} cannot be {value!r}: it goes from 0 to {chip.counter_max}."
            )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
