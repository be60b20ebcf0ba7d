"""The capability container of a Type 2 tag, page 3 (NFC Forum Type 2 Tag specification, capability container)."""

from dataclasses import dataclass
from typing import Final

from cardscope.decode.tag_parts import bit, octet, spelled
from cardscope.fields import Field

MAGIC: Final = 0xE1
UNIT: Final = 8
"""Bytes of data area that one step of the size byte announces."""
_ONE_WAY: Final = "The bits of this page can be set, and never cleared again."


@dataclass(frozen=True, slots=True)
class CapabilityContainer:
    """What page 3 announces to NFC readers."""

    raw: bytes
    version: tuple[int, int]
    """Major and minor."""
    size: int
    """The data area in bytes, from page 4 on."""
    readable: bool
    writable: bool
    """What NFC devices may do; it is an announcement, the tag enforces nothing of it."""


def capability_container(page: bytes) -> CapabilityContainer | None:
    """Page 3 (4 bytes) as capability container; ``None`` without the NFC Forum's magic number E1."""
    if page[0] != MAGIC:
        return None
    return CapabilityContainer(
        raw=page,
        version=(page[1] >> 4, page[1] & 0x0F),
        size=page[2] * UNIT,
        readable=page[3] >> 4 == 0,
        writable=page[3] & 0x0F == 0,
    )


def decode_cc(page: bytes, *, user_bytes: int | None = None, formatted: bool = False) -> Field:
    """Page 3 (4 bytes) as a tree. ``user_bytes`` is the tag's user memory, to tell whether the size can be right;
    ``formatted`` whether such tags are delivered with a capability container, so that its lack is a problem."""
    if capability_container(page) is None:
        return _no_cc(page, formatted=formatted)
    parts = (
        octet("Magic number", 0, page[:1], "E1: the tag holds NDEF data."),
        octet(
            "Version",
            1,
            page[1:2],
            f"Version {page[1] >> 4}.{page[1] & 0x0F} of the mapping.",
            problems=_version_problems(page[1]),
            children=(bit("Major", 1, (7, 4), page[1]), bit("Minor", 1, (3, 0), page[1])),
        ),
        octet(
            "Size",
            2,
            page[2:3],
            f"{page[2] * UNIT} bytes of data area, from page 4 on.",
            problems=_size_problems(page[2], user_bytes),
        ),
        octet("Access", 3, page[3:4], "", children=_access(page[3])),
    )
    return Field("Capability container", (0, 4), spelled(page), _ONE_WAY, (), parts)


def _no_cc(page: bytes, *, formatted: bool) -> Field:
    if not any(page):
        return Field("OTP", (0, 4), spelled(page), f"Empty: the tag is not formatted for NDEF. {_ONE_WAY}")
    none = f"No capability container, which begins with {MAGIC:02X}."
    problems = ()
    if formatted:
        lost = "" if page[0] | MAGIC == MAGIC else ", and never will again, as bits cannot be cleared"
        problems = (f"Byte 0 is {page[0]:02X}; {MAGIC:02X} expected. NFC devices see no NDEF tag here{lost}.",)
    return Field("OTP", (0, 4), spelled(page), f"{none} {_ONE_WAY}", problems)


def _version_problems(version: int) -> tuple[str, ...]:
    return () if version >> 4 == 1 else (f"Major version {version >> 4}; NFC devices know 1 and may refuse the tag.",)


def _size_problems(size: int, user_bytes: int | None) -> tuple[str, ...]:
    if not size:
        return ("No room for data at all.",)
    if user_bytes is not None and size * UNIT > user_bytes:
        return (
            f"Announces {size * UNIT} bytes where there are {user_bytes}: NDEF writers would go on into the lock and "
            "configuration pages, and could lock the tag for ever. The size can never become smaller again.",
        )
    return ()


def _access(access: int) -> tuple[Field, Field]:
    read, write = access >> 4, access & 0x0F
    read_meaning = "Anyone may read." if read == 0 else "Reading is restricted."
    if write == 0:
        write_meaning = "Anyone may write."
    elif write == 0x0F:
        write_meaning = "Read-only for NFC devices, for ever; the tag itself does not enforce it."
    else:
        write_meaning = "Writing is restricted."
    return (bit("Read access", 3, (7, 4), access, read_meaning), bit("Write access", 3, (3, 0), access, write_meaning))
