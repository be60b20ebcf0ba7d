"""What the guard says where the card is, or may be, no Type 2 tag; and every bit of a Type 2 tag's ACCESS byte."""

import pytest

from cardscope.guard import Effect, judge
from cardscope.tags.catalogue import chips
from core.guard.corpus import storage_card


@pytest.mark.parametrize(("block", "blocks"), [(6, 2), (5, 3), (4, 4), (7, 1)])
def test_several_blocks_at_once_reach_no_classic_trailer_unseen(block: int, blocks: int) -> None:
    command = bytes([0xFF, 0xD6, 0x00, block, 16 * blocks]) + bytes(16 * blocks)
    verdict = judge(command, None)
    assert verdict.needs_approval
    assert "key" in {hazard.code for hazard in verdict.hazards}


@pytest.mark.parametrize("name", ["0007", "0006", "002F", "0030", "0027", "0008"])
def test_a_memory_card_of_another_make_is_not_taken_for_a_type_2_tag(name: str) -> None:
    """SRI, Jewel, Topaz, my-d and AT88 have counters and OTP where a Type 2 tag has user memory."""
    write_page_5 = bytes.fromhex("FFD600050400000000")
    assert judge(write_page_5, None, storage_card(name, "06")).needs_approval
    for known in ("0003", "003A", "003D", "0001"):
        assert not judge(write_page_5, None, storage_card(known)).needs_approval


@pytest.mark.parametrize("key", ["ntag213", "ntag215", "ntag216"])
@pytest.mark.parametrize(
    ("access", "code"), [(0x01, "authlim"), (0x02, "authlim"), (0x04, "authlim"), (0x40, "cfglck")]
)
def test_each_one_way_bit_of_the_access_byte_is_named(key: str, access: int, code: str) -> None:
    cfg1 = chips()[key].cfg1
    assert cfg1 is not None
    verdict = judge(bytes([0xFF, 0xD6, 0x00, cfg1, 4, access, 0, 0, 0]), chips()[key])
    assert verdict.effect is Effect.PERMANENT
    assert code in {hazard.code for hazard in verdict.hazards}


def test_ntag_i2c_has_no_cfglck() -> None:
    chip = chips()["nt3h2111"]
    assert chip.cfg1 is not None
    verdict = judge(bytes([0xFF, 0xD6, 0x00, chip.cfg1 % 0x100, 4, 0x40, 0, 0, 0]), chip)
    assert "cfglck" not in {hazard.code for hazard in verdict.hazards}
    assert verdict.needs_approval
