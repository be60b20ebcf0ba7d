"""A command of the library: what it does, what has to be filled in, and where it is of use."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cardscope.decode.hex import format_hex
from cardscope.library.parameters import Parameter, ParameterError
from cardscope.library.template import Template
from cardscope.readers.families import Family


class CardKind(StrEnum):
    """What a card is for the commands that can be sent to it."""

    TYPE2 = "type2"
    """An NFC Forum Type 2 tag, or one that may be (NTAG, MIFARE Ultralight): the ATR does not tell them apart."""
    CLASSIC = "classic"
    """A MIFARE Classic, or a MIFARE Plus that acts as one."""
    STORAGE = "storage"
    """Another contactless storage card."""
    ISO_DEP = "iso-dep"
    """A contactless card that speaks APDUs (ISO/IEC 14443-4)."""
    CONTACT = "contact"


class Basis(StrEnum):
    """What kind of source an entry has. None of it was tried on real readers by this project."""

    STANDARD = "standard"
    """A specification that every such card or reader follows."""
    DOCUMENT = "document"
    """A manufacturer's manual or data sheet."""
    SOFTWARE = "software"
    """What public software sends; there is no document."""
    OWN = "own"
    """The user's own file."""


class Label(StrEnum):
    """What an entry does to the card with its defaults; what is filled in may make it worse."""

    HARMLESS = "harmless"
    CHANGING = "changing"
    UNCLEAR = "unclear"
    """Permanent under circumstances that its bytes do not tell."""
    PERMANENT = "permanent"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A command with everything filled in."""

    command: bytes
    """What is sent; a tag's own command without a wrapping where the reader's family is not known."""
    native: bytes
    """The tag's own command that ``command`` carries; empty where it carries none."""
    wrapped: bool
    """Whether ``command`` is more than the tag's own command."""

    @property
    def text(self) -> str:
        """``command`` as the composer shows it."""
        return format_hex(self.command, " ")


@dataclass(frozen=True, slots=True)
class Entry:
    """``families``, ``cards`` and ``protocols`` (``T=0``, ``T=1``) name those that it is for; empty means any."""

    group: str
    name: str
    text: str
    """What it does, in sentences."""
    source: str
    basis: Basis
    template: Template
    native: bool
    """Whether the template is a tag's own command, which the reader's family wraps."""
    parameters: tuple[Parameter, ...]
    effect: Label | None
    """``None`` where the file does not say it."""
    families: tuple[str, ...]
    cards: frozenset[CardKind]
    protocols: tuple[str, ...]
    application: bytes
    """The AID, or its beginning, of the application that has to be selected before; empty: none has to be."""

    def __hash__(self) -> int:
        return hash((self.group, self.name))

    def defaults(self) -> dict[str, str]:
        """What the parameters begin with, by name; empty text where everyone has to fill it in."""
        return {one.name: one.default or "" for one in self.parameters}

    def render(self, values: Mapping[str, str], family: Family | None = None) -> Rendered:
        """The command with ``values`` (texts by the parameters' names) for a reader of ``family``. Raises
        :class:`ParameterError` for the first text that does not fit, and TemplateError when all together have no room.
        """
        filled = self.template.fill({one.name: one.read(values.get(one.name, "")) for one in self.parameters})
        if not self.native:
            return Rendered(filled, b"", wrapped=False)
        return Rendered(family.wrap(filled) if family is not None else filled, filled, wrapped=family is not None)

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with ``values``, a sentence by the parameter's name."""
        wrong: dict[str, str] = {}
        for one in self.parameters:
            try:
                one.read(values.get(one.name, ""))
            except ParameterError as error:
                wrong[one.name] = str(error)
        return wrong
