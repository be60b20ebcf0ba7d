"""The answers of Type 2 tags to their native commands.

Sources: NXP data sheets of NTAG213/215/216, MF0ULx1, MF0ICU2 and NT3H2111/2211; NFC Forum Type 2 Tag (TLV blocks).
"""

from collections.abc import Iterable
from typing import Final

from cardscope.decode.apdu_data import text_of
from cardscope.decode.apdu_structure import counted
from cardscope.decode.tag_cc import decode_cc
from cardscope.decode.tag_config import decode_cfg0, decode_cfg1
from cardscope.decode.tag_locks import decode_lock_bytes
from cardscope.decode.tag_parts import octet, shifted, spelled
from cardscope.decode.tag_signature import decode_signature
from cardscope.decode.tag_uid import decode_uid_pages
from cardscope.decode.tag_version import SIZE, decode_version
from cardscope.fields import Field
from cardscope.tags.catalogue import Chip, Command, chip_by_version, chips
from cardscope.tags.image import PAGE_SIZE
from cardscope.tags.originality import SIGNATURE_SIZE

_ACK: Final = 0x0A
_NAKS: Final = {
    "argument": "the argument is not allowed, for example a page that is not there or locked",
    "parity": "parity or CRC of the command is wrong",
    "eeprom": "the memory could not be written",
    "wrong_password": "the password is wrong",
    "authentication_limit": "too many wrong passwords",
    "counter_overflow": "the counter is at its end",
    "arbiter": "the memory is busy with the other interface",
}
_READ_SIZE: Final = 16
_INTACT: Final = 0xBD
"""CHECK_TEARING_EVENT's answer where no tearing happened (MF0ULx1 §10.9)."""
_UID_SIZE: Final = 10
_NDEF_TLV: Final = 0x03
_I2C_ATQA: Final = bytes.fromhex("4400")


def decode_native_answer(native: bytes, answer: bytes, chip: Chip | None = None) -> Field:
    """What the tag sent after the native command ``native``, without its CRC; not empty. ``chip`` is the tag's, where
    it is known. Nothing is refused: what is not recognised has its bytes and no meaning."""
    code, size = native[0], len(answer)
    match code:
        case Command.CHECK_TEARING_EVENT if size == 1:
            good = answer[0] == _INTACT
            problems = () if good else ("A tearing event happened to this counter.",)
            return octet("Tearing flag", 0, answer, "No tearing event." if good else "", problems=problems)
        case _ if size == 1:
            return _nibble(answer[0], chip)
        case Command.GET_VERSION if size == SIZE:
            return decode_version(answer)
        case Command.READ if size == _READ_SIZE and len(native) > 1:
            return decode_pages(_read_numbers(native[1], chip), answer, chip)
        case Command.FAST_READ if len(native) > 2 and size == PAGE_SIZE * (native[2] - native[1] + 1):
            return decode_pages(range(native[1], native[2] + 1), answer, chip)
        case Command.READ_CNT if size == 3:
            return octet("Counter", 0, answer, f"{int.from_bytes(answer, 'little'):,}, least significant byte first.")
        case Command.READ_SIG if size == SIGNATURE_SIZE:
            return decode_signature(answer)
        case Command.PWD_AUTH if size == 2:
            return octet("PACK", 0, answer, "The tag's answer to the right password.")
        case Command.AUTHENTICATE if size == 9 and answer[0] == 0xAF:
            return _challenge(answer)
        case 0xAF if size == 9 and answer[0] == 0x00:
            return _proof(answer)
        case _:
            return octet("Answer", 0, answer, _text(answer))


def answer_words(native: bytes, answer: bytes, chip: Chip | None = None) -> str:
    """A few words for the answer, or nothing: ``NTAG216``, ``pages 4 to 7``."""
    code, size = native[0], len(answer)
    if size == 1 and code != Command.CHECK_TEARING_EVENT:
        return "ACK" if answer[0] == _ACK else f"NAK {answer[0]:X}"
    match code:
        case Command.GET_VERSION if size == SIZE:
            known = chip_by_version(answer)
            return f"{known.name}, {counted(known.user_bytes)}" if known is not None else "GET_VERSION"
        case Command.READ if size == _READ_SIZE and len(native) > 1:
            return pages_words(_read_numbers(native[1], chip))
        case Command.FAST_READ if len(native) > 2 and size == PAGE_SIZE * (native[2] - native[1] + 1):
            return pages_words(range(native[1], native[2] + 1))
        case Command.READ_CNT if size == 3:
            return f"counter {int.from_bytes(answer, 'little'):,}"
        case Command.READ_SIG if size == SIGNATURE_SIZE:
            return "originality signature"
        case Command.PWD_AUTH if size == 2:
            return "PACK"
        case _:
            return ""


def pages_words(numbers: Iterable[int]) -> str:
    """``page 4``, ``pages 4 to 7``; where they roll over, ``pages 230 to 2``."""
    pages = list(numbers)
    return f"page {pages[0]}" if len(pages) == 1 else f"pages {pages[0]} to {pages[-1]}"


def read_pages(first: int, data: bytes, chip: Chip | None = None) -> tuple[int, ...] | None:
    """The pages of a reader's READ BINARY answer, which a reader fetches with READ; ``None``: these are no pages."""
    count = len(data) // PAGE_SIZE
    if len(data) % PAGE_SIZE or not 1 <= count <= _READ_SIZE // PAGE_SIZE:
        return None
    return _read_numbers(first, chip)[:count]


def _read_numbers(first: int, chip: Chip | None) -> tuple[int, ...]:
    """READ goes on with page 0 after the last page of most chips."""
    last = chip.roll_over if chip is not None else None
    pages = range(first, first + _READ_SIZE // PAGE_SIZE)
    if last is None or first > last:
        return tuple(pages)
    return tuple(page if page <= last else page - last - 1 for page in pages)


def decode_pages(numbers: Iterable[int], data: bytes, chip: Chip | None = None) -> Field:
    """``data``, 4 bytes of each of the pages ``numbers`` (of sector 0), as a tree. Without ``chip``, only what is the
    same on all chips has a meaning."""
    pages = list(numbers)
    parts: list[Field] = []
    at = 0
    while at < len(data):
        page = pages[at // PAGE_SIZE]
        if page == 0 and len(data) >= at + 12:
            parts += _first_three(at, data[at : at + 12], chip)
            at += 12
            continue
        parts.append(_page(page, at, data[at : at + PAGE_SIZE], chip))
        at += PAGE_SIZE
    words = pages_words(pages)
    rolled = "" if pages == sorted(pages) else "After the last page the tag goes on with page 0."
    return Field(words.capitalize(), (0, len(data)), spelled(data), rolled, children=tuple(parts))


def _first_three(at: int, data: bytes, chip: Chip | None) -> list[Field]:
    """Pages 0 to 2: the UID and, in the last two bytes, the static lock bytes."""
    with_check_bytes = chip.bcc if chip is not None else data[8:10] != _I2C_ATQA
    uid = decode_uid_pages(data[:_UID_SIZE], bcc=with_check_bytes)
    lock = (chip or _any_chip()).static_lock
    return [shifted(uid, at), shifted(decode_lock_bytes(lock, data[8:12]), at + 8)]


def _page(page: int, at: int, data: bytes, chip: Chip | None) -> Field:
    meaning, children = _meaning(page, data, chip)
    return octet(f"Page {page}", at, data, meaning, children=tuple(shifted(child, at) for child in children))


def _meaning(page: int, data: bytes, chip: Chip | None) -> tuple[str, tuple[Field, ...]]:
    if page < 2:
        return "Part of the UID.", ()
    if page == 2:
        return "The end of the UID pages, and the static lock bytes.", (
            decode_lock_bytes((chip or _any_chip()).static_lock, data),
        )
    if page == 3:
        return "", (decode_cc(data, user_bytes=chip.user_bytes if chip is not None else None),)
    if chip is None:
        return _user(page, data), ()
    if chip.dynamic_lock is not None and page == chip.dynamic_lock.page:
        return "", (decode_lock_bytes(chip.dynamic_lock, data),)
    if page == chip.cfg0:
        return "", (decode_cfg0(chip, data),)
    if page == chip.cfg1:
        return "", (decode_cfg1(chip, data),)
    return _of_chip(page, data, chip), ()


def _of_chip(page: int, data: bytes, chip: Chip) -> str:
    if page in (chip.pwd, chip.pack) or any(page in pages for pages in chip.unreadable):
        return "Never readable: the tag shows 00."
    if any(page in pages for pages in chip.user_areas):
        return _user(page, data)
    if not any(page in area for area in chip.areas):
        return f"{chip.name} has no such page."
    return ""


def _user(page: int, data: bytes) -> str:
    if page == 4 and data[0] == _NDEF_TLV and data[1] != 0xFF:
        return f"User data: begins with an NDEF message TLV of {counted(data[1])}."
    return " ".join(part for part in ("User data.", _text(data)) if part)


def _text(data: bytes) -> str:
    text = text_of(data)
    return f"Text: “{text}”." if text else ""


def _any_chip() -> Chip:
    """The static lock bytes are the same on every chip."""
    return next(iter(chips().values()))


def _nibble(value: int, chip: Chip | None) -> Field:
    data = bytes((value,))
    if value == _ACK:
        return octet("ACK", 0, data, "The tag carried the command out.")
    known = {} if chip is None else {code: name for name, code in chip.naks.items()}
    reason = _NAKS.get(known.get(value, ""), "")
    return octet("NAK", 0, data, problems=(f"The tag refused{f': {reason}' if reason else ''}.",))


def _challenge(answer: bytes) -> Field:
    parts = (
        octet("More", 0, answer[:1], "One more command of the authentication is to follow."),
        octet("ek(RndB)", 1, answer[1:], "The tag's random number, encrypted with the key."),
    )
    return Field("AUTHENTICATE, first part", (0, len(answer)), spelled(answer), children=parts)


def _proof(answer: bytes) -> Field:
    parts = (
        octet("Done", 0, answer[:1], "The tag has accepted the key."),
        octet("ek(RndA')", 1, answer[1:], "The reader's random number, rotated by a byte and encrypted with the key."),
    )
    return Field("AUTHENTICATE, second part", (0, len(answer)), spelled(answer), children=parts)
