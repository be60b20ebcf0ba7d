"""The ASCII mirror of NTAG21x: READ shows UID and counter as text in place of some user memory."""

from cardscope.tags.catalogue import Chip
from cardscope.tags.image import PAGE_SIZE
from cardscope.virtual.type2.choices import SiliconChoices
from cardscope.virtual.type2.configuration import Configuration


def overlay_mirror(
    shown: dict[int, bytes],
    chip: Chip,
    config: Configuration,
    choices: SiliconChoices,
    *,
    uid: bytes,
    counter: int,
    authenticated: bool,
) -> None:
    """Puts the mirror text, if any, over ``shown``, the pages of the chip as READ shows them.

    The text has 14 characters for the UID, 6 for the counter (most significant digit first), 21 for both with an
    ``x`` between. A text that does not fit into user memory is not shown at all.
    """
    if not config.mirror_start:
        return
    parts: list[str] = []
    if config.mirror_uid:
        parts.append(uid.hex().upper())
    counter_open = authenticated or not config.nfc_cnt_pwd_prot
    counter_on = config.nfc_cnt_en or choices.counter_answers_when_disabled
    if config.mirror_counter and counter_open and counter_on:
        parts.append(f"{counter:06X}")
    end = config.mirror_start + _length(config)
    limit = PAGE_SIZE * (chip.user_last + 1) - (not choices.mirror_may_reach_the_end)
    if end > limit:
        return
    for address, character in enumerate("x".join(parts).encode("ascii"), config.mirror_start):
        page, byte = divmod(address, PAGE_SIZE)
        shown[page] = shown[page][:byte] + bytes((character,)) + shown[page][byte + 1 :]


def _length(config: Configuration) -> int:
    """The room that the configured text needs, in bytes, whether or not the counter may be shown now."""
    both = config.mirror_uid and config.mirror_counter
    return 14 * config.mirror_uid + 6 * config.mirror_counter + both
