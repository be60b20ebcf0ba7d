"""What the guard says of a command: each hazard by its word and its pages, and the approval that binds it to a card."""

import pytest

from cardscope.guard import Effect, GuardRefusal, approval_digest, judge
from cardscope.tags.catalogue import Chip, chips


def h(text: str) -> bytes:
    return bytes.fromhex(text)


def chip(key: str | None) -> Chip | None:
    return chips()[key] if key else None


def texts(command: str, key: str | None = None) -> dict[str, str]:
    return {hazard.code: hazard.text for hazard in judge(h(command), chip(key)).hazards}


def test_static_lock_bits_are_named_by_their_pages() -> None:
    # Data sheet, static lock bytes: bit 3 of byte 2 is page 3, bits 0 to 2 are the block locks.
    assert texts("FFD600020400000F00") == {
        "static_lock": "Makes page 3 read-only for ever.",
        "static_block_lock": "Freezes the locks of pages 3 to 15: what is not locked then can never be locked.",
    }
    assert texts("FFD600020400003081") == {"static_lock": "Makes pages 4 to 5, 8 and 15 read-only for ever."}


def test_dynamic_lock_bits_are_named_by_their_pages() -> None:
    # NTAG216 page E2: byte 0 bit 0 is pages 16 to 31; byte 2 bits 0 to 6 are the block locks.
    assert texts("FFD600E20401000000", "ntag216") == {"dynamic_lock": "Makes pages 16 to 31 read-only for ever."}
    assert texts("FFD600E20400007F00", "ntag216") == {
        "dynamic_block_lock": "Freezes the locks of pages 16 to 225: what is not locked then can never be locked."
    }
    assert set(texts("FFD600E204000000BD", "ntag216")) == {"dynamic_lock_rfui"}
    assert judge(h("FFD600E20400000000"), chips()["ntag216"]).effect is Effect.CHANGING


def test_configuration_and_password_pages() -> None:
    ntag216 = chips()["ntag216"]
    assert set(texts("FFD600E40400050000", "ntag216")) == {"configuration"}
    assert set(texts("FFD600E40440050000", "ntag216")) == {"configuration", "cfglck"}
    assert set(texts("FFD600E40407050000", "ntag216")) == {"configuration", "authlim"}
    assert set(texts("FFD600E504FFFFFFFF", "ntag216")) == {"password"}
    assert judge(h("FFD600E40440050000"), ntag216).effect is Effect.PERMANENT
    assert judge(h("FFD600E304040000FF"), ntag216).effect is Effect.UNKNOWN


def test_the_same_page_is_judged_by_the_chip() -> None:
    page_40 = h("FFD6002804FF000000")
    assert judge(page_40, chips()["ntag213"]).effect is Effect.PERMANENT
    assert judge(page_40, chips()["ntag216"]).effect is Effect.CHANGING
    unknown = judge(page_40, None)
    assert unknown.effect is Effect.UNKNOWN
    text = next(hazard.text for hazard in unknown.hazards if hazard.code == "dynamic_lock")
    assert "NTAG213" in text
    assert "page 40" in text


def test_a_page_is_judged_in_every_sector() -> None:
    # NT3H1201: the lock bytes are page E0 of sector 1, and page E0 of sector 0 is user memory.
    assert judge(h("FFD600E004FF000000"), chips()["nt3h1201"]).needs_approval


def test_a_page_that_does_not_exist_is_not_passed() -> None:
    assert set(texts("FFD600F00400000000", "ntag213")) == {"outside_memory"}


def test_cc_that_announces_too_much() -> None:
    # E1 12 6D | 12 = 7F: the example of 7F * 8 = 1016 bytes on an NTAG216 with 888.
    assert set(texts("FFD6000304E1127F00", "ntag216")) == {"otp", "cc_overrun"}
    assert set(texts("FFD6000304E1106D00", "ntag216")) == {"otp"}


def test_a_classic_sector_trailer_is_stopped_when_the_card_is_not_known() -> None:
    trailer = "FFFFFFFFFFFFFF078069FFFFFFFFFFFF"
    assert "key" in texts("FFD6000710" + trailer)
    assert "key" in texts("FF00000015D44001A007" + trailer)
    assert judge(h("FFD6000610" + trailer), None).effect is Effect.CHANGING


def test_an_approval_binds_one_command_to_one_card() -> None:
    command, uid = h("FFD600020400000F00"), h("045869D29C3980")
    verdict = judge(command, None)
    digest = approval_digest(command, verdict, uid)
    assert len(digest) == 16
    assert set(digest) <= set("0123456789ABCDEF")
    assert digest == approval_digest(command, verdict, uid)
    assert digest != approval_digest(command, verdict, h("045869D29C3981"))
    other = h("FFD600020400000F01")
    assert digest != approval_digest(other, judge(other, None), uid)
    page_40 = h("FFD6002804FF000000")
    assert approval_digest(page_40, judge(page_40, None), uid) != approval_digest(
        page_40, judge(page_40, chips()["ntag213"]), uid
    )
    with pytest.raises(ValueError, match="must name its card"):
        approval_digest(command, verdict, b"")


def test_a_refusal_says_why_and_how_to_approve() -> None:
    verdict = judge(h("FFD600020400000F00"), None)
    refusal = GuardRefusal(verdict, "0123456789ABCDEF")
    assert refusal.hazards == verdict.hazards
    assert "page 3 read-only" in str(refusal)
    assert "0123456789ABCDEF" in refusal.remedy
