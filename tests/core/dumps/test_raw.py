"""Raw images, and what of the name of a file counts."""

import pytest

from cardscope.dumps import (
    AmbiguousDumpError,
    DumpFormatError,
    dump_format,
    formats,
    formats_of_name,
    load,
    save,
    sniff,
)
from cardscope.errors import UsageError
from cardscope.tags.catalogue import chips
from cardscope.tags.image import image_pages
from cardscope.virtual.ready_cards import ready_card

# Pages of the data sheets: 180, 540 and 924 bytes for NTAG213, NTAG215 and NTAG216
SIZES = {
    180: {"ntag213", "ntag213f"},
    540: {"ntag215"},
    924: {"ntag216", "ntag216f"},
    80: {"mf0ul11", "mf0ulh11", "ntag210"},
}


def candidates_of(data: bytes) -> set[str]:
    try:
        return {load(data).snapshot.chip.key}
    except AmbiguousDumpError as error:
        return {one.chip.key for one in error.candidates}


@pytest.mark.parametrize("size", SIZES)
def test_the_length_tells_the_chips(size: int) -> None:
    for key in SIZES[size]:
        image = ready_card(key).make_tag().image
        assert len(image) == size
        assert candidates_of(image) == SIZES[size]
        assert {one.chip.key for one in sniff(image)} == SIZES[size]
        assert load(image, chip=chips()[key]).snapshot.chip.key == key


def test_an_ntag_i2c_of_one_sector_can_be_of_three_chips() -> None:
    """234 pages by number: what tools that know no sectors read of NT3H1101, NT3H2111 and NT3H2211."""
    tag = ready_card("nt3h1101").make_tag().snapshot()
    data = b"".join(tag.pages.get(page, bytes(4)) for page in range(0xEA))
    assert candidates_of(data) == {"nt3h1101", "nt3h2111", "nt3h2211"}
    again = load(data, chip=chips()["nt3h1101"]).snapshot
    assert again.pages == tag.pages
    assert load(data, chip=chips()["nt3h2211"]).notes[-1] == "The file does not have pages 100 to 1FF."


def test_pages_come_in_the_order_of_the_image() -> None:
    tag = ready_card("nt3h2211").make_tag().snapshot()
    data = save(tag, "raw").data
    assert data == b"".join(tag.pages[page] for page in image_pages(tag.chip))
    assert load(data).snapshot.pages.keys() == tag.pages.keys() - {0xE6}


def test_an_image_without_its_last_two_pages() -> None:
    """532 bytes of an NTAG215: many amiibo tools leave PWD and PACK away."""
    image = ready_card("ntag215").make_tag().image
    assert load(image[:532]).snapshot.pages == {page: image[4 * page : 4 * page + 4] for page in range(133)}


@pytest.mark.parametrize(("place", "name"), [(3, "BCC0"), (8, "BCC1")])
def test_a_wrong_check_byte_is_refused(place: int, name: str) -> None:
    for key in ("ntag213", "ntag215"):
        image = bytearray(ready_card(key).make_tag().image)
        image[place] ^= 0x01
        for chip in (None, chips()[key]):
            with pytest.raises(DumpFormatError, match=name):
                load(bytes(image), chip=chip)


@pytest.mark.parametrize(
    ("key", "size", "words", "not_there"),
    [
        # Sizes from the data sheets: NTAG216 has 888 bytes of user memory from page 04 on, and 924 in all.
        ("ntag216", 888, "user memory of NTAG216 alone, which begins at byte 16", "NTAG216F"),
        ("ntag216", 540, "an image of NTAG215: for that, choose ntag215", "user memory"),
        ("ntag215", 924, "NTAG216 or NTAG216F: for that, choose ntag216 or ntag216f", "user memory"),
        ("ntag216", 504, "user memory alone of NTAG215", "an image of"),
        ("ntag216", 925, "An image has every page", "925"),
    ],
)
def test_a_wrong_size_tells_what_it_could_be(key: str, size: int, words: str, not_there: str) -> None:
    for wanted in ("raw", None):
        with pytest.raises(DumpFormatError, match=f"{size} bytes") as caught:
            load(bytes(size), format=wanted, chip=chips()[key])
        assert words in caught.value.remedy
        assert not_there not in caught.value.remedy
        assert "PWD and PACK included" in caught.value.remedy


def test_a_size_of_no_chip_is_named() -> None:
    with pytest.raises(DumpFormatError, match="541 bytes"):
        load(bytes(541))


def test_endings_tell_formats() -> None:
    def keys(name: str) -> set[str]:
        return {one.key for one in formats_of_name(name)}

    assert keys("a.nfc") == {"flipper"}
    assert keys("A.EML") == {"eml"}
    assert keys("a.mfd") == {"raw"}
    assert keys("a.txt") == {"taginfo"}
    assert keys("a.json") == {"cardscope", "proxmark3-json"}
    assert keys("a.cardscope.json") == {"cardscope"}
    assert keys("a.bin") == {"proxmark3", "proxmark3-old", "raw"}
    assert keys("a") == set()


def test_content_counts_and_not_the_name() -> None:
    for key in formats():
        data = save(ready_card("ntag215").make_tag().snapshot(), key).data
        for name in ("a.nfc", "a.bin", "a.json", "a", ""):
            assert load(data, name).format == key


def test_unknown_formats_name_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        dump_format("flipper2")
    assert "proxmark3-old" in caught.value.remedy
