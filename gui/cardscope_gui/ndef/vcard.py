"""Changing a contact without losing what a form does not show: RFC 6350 lines that nobody changed stay as they are."""

import re

from cardscope.ndef.contents import Contact
from cardscope.ndef.decoding import content_of
from cardscope.ndef.message import NdefRecord, Tnf

_SHOWN = ("N", "FN", "TEL", "EMAIL", "ORG", "URL")
_FRAME = ("BEGIN", "END", "VERSION")


def changed(before: Contact | None, wanted: Contact) -> Contact:
    """``before`` with the named parts of ``wanted``, which :func:`~cardscope.ndef.encoding.contact` made."""
    if before is None:
        return wanted
    if _named(before) == _named(wanted):
        return before
    old = _lines(before.card)
    kept = {(_name(line), _value(line)): line for line in reversed(old)}
    lines: list[str] = []
    for line in _lines(wanted.card):
        called = _name(line)
        if called in _FRAME:
            continue
        if called == "N" and wanted.name == before.name:
            lines += [one for one in old if _name(one) == "N"] or [line]
        else:
            lines.append(kept.get((called, _value(line)), line))
    others = [line for line in old if _name(line) not in (*_SHOWN, *_FRAME)]
    later = [line for called in ("ORG", "URL") for line in [one for one in old if _name(one) == called][1:]]
    version = next((line for line in old if _name(line) == "VERSION"), "VERSION:3.0")
    text = "\r\n".join(("BEGIN:VCARD", version, *lines, *later, *others, "END:VCARD", ""))
    made, _ = content_of(NdefRecord(Tnf.MEDIA, before.media_type.encode("ascii", "replace"), b"", text.encode(), ()))
    assert isinstance(made, Contact)
    return made


def _named(card: Contact) -> tuple[object, ...]:
    return card.name, card.phones, card.mails, card.organisation, card.link


def other_lines(card: Contact) -> int:
    """How many lines of ``card`` a form for its named parts does not show."""
    return sum(_name(line) not in (*_SHOWN, *_FRAME) for line in _lines(card.card))


def _lines(card: str) -> list[str]:
    """Unfolded, without empty ones."""
    unfolded = re.sub(r"(\r\n|\n|\r)[ \t]", "", card)
    return [line for line in re.split(r"\r\n|\n|\r", unfolded) if line.strip()]


def _name(line: str) -> str:
    return line.partition(":")[0].split(";")[0].rsplit(".", 1)[-1].upper()


def _value(line: str) -> str:
    return line.partition(":")[2].removeprefix("tel:")
