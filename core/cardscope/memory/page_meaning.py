"""What the bytes of a page mean, as one tree of fields, whatever the page."""

from dataclasses import replace

from cardscope.decode.tag_cc import capability_container, decode_cc
from cardscope.decode.tag_config import decode_cfg0, decode_cfg1
from cardscope.decode.tag_locks import decode_lock_bytes
from cardscope.decode.tag_parts import octet, spelled
from cardscope.decode.tag_uid import decode_uid_pages
from cardscope.fields import Field
from cardscope.memory.draft import Draft
from cardscope.memory.mirror import mirrored
from cardscope.memory.page_area import Area, page_area
from cardscope.memory.register_fields import decode_pt_i2c, decode_register_page
from cardscope.tags.catalogue import Chip
from cardscope.tags.image import PAGE_SIZE, count_in
from cardscope.tags.snapshot import TagSnapshot

_SERIAL_SIZE = 10
_NAMES = {
    Area.SERIAL_NUMBER: "Serial number",
    Area.STATIC_LOCK: "Serial number and static lock bytes",
    Area.CAPABILITY_CONTAINER: "Capability container",
    Area.USER: "User memory",
    Area.DYNAMIC_LOCK: "Dynamic lock bytes",
    Area.CONFIGURATION: "Configuration",
    Area.PASSWORD: "PWD",
    Area.PACK: "PACK",
    Area.KEY: "Key",
    Area.COUNTER: "Counter",
    Area.REGISTER: "Registers",
    Area.SESSION_REGISTER: "Session registers",
    Area.SRAM: "SRAM",
    Area.RESERVED: "Reserved",
}


def page_fields(tag: TagSnapshot | Draft, page: int) -> Field:
    """``page`` as a tree whose spans count from its first byte; of a draft, as it shall be.

    A page that is not known gives a field without value that says why. Raises ValueError for a page that the chip does
    not have.
    """
    base = tag.base if isinstance(tag, Draft) else tag
    content = tag.page(page) if isinstance(tag, Draft) else tag.pages.get(page)
    area = page_area(base.chip, page)
    if content is None:
        hidden = any(page in pages for pages in base.chip.unreadable)
        why = "READ shows 00, whatever it holds." if hidden else base.unreadable.get(page, "It was not read.")
        return Field(_NAMES[area], (0, PAGE_SIZE), "", why)
    if area in (Area.SERIAL_NUMBER, Area.STATIC_LOCK):
        return _serial(base, area, page, content)
    return _special(base.chip, area, page, content) or _user(base, page, content)


def _special(chip: Chip, area: Area, page: int, content: bytes) -> Field | None:
    match area:
        case Area.CAPABILITY_CONTAINER:
            formatted = bool(capability_container(chip.cc))
            return decode_cc(content, user_bytes=chip.user_bytes, formatted=formatted)
        case Area.DYNAMIC_LOCK if chip.dynamic_lock is not None:
            return decode_lock_bytes(chip.dynamic_lock, content)
        case Area.CONFIGURATION if page == chip.cfg0:
            return decode_cfg0(chip, content)
        case Area.CONFIGURATION if page == chip.cfg1:
            return decode_cfg1(chip, content)
        case Area.CONFIGURATION:
            return decode_pt_i2c(chip, page, content)
        case Area.REGISTER:
            return decode_register_page(chip, page, content)
        case Area.PASSWORD:
            return _whole("PWD", content, "The password, least significant byte first, as it goes over the air.")
        case Area.PACK:
            parts = (
                octet("PACK", 0, content[:2], "What the tag answers to the right password."),
                octet("RFUI", 2, content[2:], "Reserved; to be written as 0."),
            )
            return Field("PACK", (0, PAGE_SIZE), spelled(content), "", (), parts)
        case Area.KEY:
            return _whole("Key", content, "A quarter of the 3DES key; each half is stored last byte first.")
        case Area.COUNTER:
            parts = (
                octet("Counter", 0, content[:2], "Counts up, and never down.", value=str(count_in(content))),
                octet("RFUI", 2, content[2:], "Reserved."),
            )
            return Field("Counter", (0, PAGE_SIZE), spelled(content), "", (), parts)
        case Area.USER:
            return None
        case _:
            return _whole(_NAMES[area], content, "")


def _user(base: TagSnapshot, page: int, content: bytes) -> Field:
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in content)
    meaning = f"As text: {text}" if any(0x20 <= byte < 0x7F for byte in content) else ""
    covered = sorted(mirrored(base).get(page, ()))
    if not covered:
        return _whole("User memory", content, meaning)
    start, end = covered[0], covered[-1] + 1
    parts = [
        octet("Mirror", start, content[start:end], "READ shows text of the mirror here; what is stored is unknown.")
    ]
    if start:
        parts.insert(0, octet("User memory", 0, content[:start]))
    if end < PAGE_SIZE:
        parts.append(octet("User memory", end, content[end:]))
    return Field("User memory", (0, PAGE_SIZE), spelled(content), meaning, (), tuple(parts))


def _serial(base: TagSnapshot, area: Area, page: int, content: bytes) -> Field:
    pages = {**base.pages, page: content}
    data = b"".join(pages.get(at, bytes(PAGE_SIZE)) for at in range(3))
    parts = [
        part
        for child in decode_uid_pages(data[:_SERIAL_SIZE], bcc=base.chip.bcc).children
        if (part := _cut(child, PAGE_SIZE * page, data)) is not None
    ]
    if area is Area.STATIC_LOCK:
        parts.append(decode_lock_bytes(base.chip.static_lock, content))
    return Field(_NAMES[area], (0, PAGE_SIZE), spelled(content), "", (), tuple(parts))


def _cut(field: Field, start: int, data: bytes) -> Field | None:
    """The part of ``field`` that lies in the page that begins at ``start`` of ``data``, with spans within the page."""
    first, last = max(field.span[0], start), min(field.span[1], start + PAGE_SIZE)
    if first >= last:
        return None
    return replace(field, span=(first - start, last - start), value=spelled(data[first:last]), children=())


def _whole(name: str, content: bytes, meaning: str) -> Field:
    return Field(name, (0, PAGE_SIZE), spelled(content), meaning)
