"""The guard against the virtual silicon: what it calls harmless changes nothing, and nothing one-way moves unasked."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardscope.guard import Knowledge, judge
from cardscope.tags.catalogue import Chip, Command, chips
from cardscope.tags.image import factory_image, factory_pages, image_pages
from cardscope.virtual.picc import Picc
from cardscope.virtual.reader_models import reader_models
from cardscope.virtual.type2.choices import SiliconChoices
from cardscope.virtual.type2.silicon import State
from cardscope.virtual.type2.tag import Type2Tag
from core.guard.corpus import CASES

UID = bytes.fromhex("04A1B2C3D4E580")
CHIPS = list(chips().values())


def natives(label: str) -> list[tuple[bytes, str | None]]:
    """The native commands of the corpus with this label, each with the chip that the label is about."""
    return sorted(
        {(bytes.fromhex(case.native), case.chip) for case in CASES if case.native and case.label == label}, key=repr
    )


OneWay = tuple[dict[int, bytes], dict[int, int], int]


def awake(tag: Picc) -> None:
    tag.power_up()
    tag.select()


def lasting(tag: Type2Tag) -> tuple[bytes, dict[int, int], int]:
    """All that the tag keeps without power."""
    return tag.image, dict(tag.counters), tag.auth_failures


def one_way(tag: Type2Tag) -> OneWay:
    """What can never be set back, or decides who may write: everything lasting but user memory."""
    chip = tag.chip
    user = {page for area in chip.user_areas for page in area}
    pages = dict(zip(image_pages(chip), (tag.image[at : at + 4] for at in range(0, len(tag.image), 4)), strict=True))
    kept = {page: content for page, content in pages.items() if page not in user}
    return kept, dict(tag.counters), tag.auth_failures


def send(tag: Type2Tag, native: bytes) -> None:
    """``native`` on air; a COMPAT_WRITE in its two frames, as readers that take both at once send it."""
    awake(tag)
    if native[0] == Command.COMPAT_WRITE and len(native) == 18:
        tag.exchange(native[:2])
        tag.exchange(native[2:])
    else:
        tag.exchange(native)
    tag.power_down()
    awake(tag)


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.key)
def test_a_harmless_native_command_changes_nothing_on_any_chip(chip: Chip) -> None:
    assert len(natives("harmless")) >= 8
    for native, _ in natives("harmless"):
        tag = Type2Tag.factory_fresh(chip, UID)
        before = lasting(tag)
        send(tag, native)
        assert lasting(tag) == before, native


@pytest.mark.parametrize(("native", "key"), natives("changing"))
def test_a_changing_native_command_sets_nothing_one_way(native: bytes, key: str | None) -> None:
    for chip in [chips()[key]] if key else CHIPS:
        tag = Type2Tag.factory_fresh(chip, UID)
        before = one_way(tag)
        send(tag, native)
        assert one_way(tag) == before, chip.key


@pytest.mark.parametrize(("native", "key"), natives("permanent"))
def test_a_permanent_native_command_does_move_something(native: bytes, key: str | None) -> None:
    moved: list[str] = []
    for chip in [chips()[key]] if key else CHIPS:
        tag = Type2Tag(chip, factory_image(chip, UID), choices=SiliconChoices(rfui_lock_bits_stick=True))
        before = one_way(tag)
        send(tag, native)
        moved += [chip.key] if one_way(tag) != before else []
    assert moved


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.key)
def test_a_harmless_command_changes_nothing_behind_any_reader(chip: Chip) -> None:
    commands = [case.command for case in CASES if case.label == "harmless" and not case.after]
    assert len(commands) >= 100
    for model in reader_models().values():
        tag = Type2Tag.factory_fresh(chip, UID)
        before = lasting(tag)
        front = model.front(tag)
        front.power_on()
        for command in commands:
            front.transmit(command)
        front.power_off()
        assert lasting(tag) == before, model.key


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.key)
def test_what_passes_unasked_sets_nothing_that_cannot_be_set_back_behind_any_reader(chip: Chip) -> None:
    """Every command of the corpus that the guard lets pass for this chip, whatever its label says."""
    for model in reader_models().values():
        tag = Type2Tag.factory_fresh(chip, UID)
        before, seen = one_way(tag), lasting(tag)
        front = model.front(tag)
        front.power_on()
        known = Knowledge()
        for case in CASES:
            if judge(case.command, chip, None, known).needs_approval:
                continue
            known.note(case.command, front.transmit(case.command))
            front.power_on()
            known.power_cycled()
            if lasting(tag) != seen:  # comparing page by page takes its time
                assert one_way(tag) == before, (model.key, case)
                seen = lasting(tag)


SPECIAL = tuple(
    sorted(
        {0, 2, 3, 4, 15, 0x28, 0x29, 0xE0, 0xE2, 0xE8, 0xE9}
        | {page % 0x100 for chip in CHIPS for page in image_pages(chip) if page >= chip.user_last - 1 or page < 5}
    )
)


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """A frame that looks like a command more often than not."""
    if draw(st.integers(0, 5)) == 0:
        return draw(st.binary(min_size=1, max_size=20))
    code = draw(st.sampled_from(sorted(map(int, Command))))
    page = draw(st.sampled_from(SPECIAL) | st.integers(0, 255))
    size = {
        Command.WRITE: 4,
        Command.COMPAT_WRITE: draw(st.sampled_from((0, 16))),
        Command.INCR_CNT: 4,
        Command.PWD_AUTH: 3,
    }.get(Command(code), draw(st.integers(0, 4)))
    data = draw(st.binary(min_size=size, max_size=size) | st.just(bytes(size)) | st.just(b"\xff" * size))
    address = draw(st.sampled_from((0, 2, 0xFF))) if code not in (Command.WRITE, Command.COMPAT_WRITE) else page
    return draw(
        st.just(bytes((code, address)) + data)
        | st.binary(min_size=16, max_size=16)
        | st.sampled_from((0, 1, 3)).map(lambda sector: bytes((sector, 0, 0, 0)))
    )


@st.composite
def tags(draw: st.DrawFn) -> Type2Tag:
    """A tag of any chip, with access bits and counters in use, and any of the two ways to count failures."""
    chip = draw(st.sampled_from(CHIPS))
    pages = factory_pages(chip, UID)
    if chip.cfg1 is not None and chip.pwd is not None:
        access = draw(st.sampled_from((0x00, 0x01, 0x07, 0x10, 0x17, 0x18)))
        pages[chip.cfg1] = bytes((access, *pages[chip.cfg1][1:]))
    image = b"".join(pages[page] for page in image_pages(chip))
    rfui = draw(st.booleans())
    return Type2Tag(chip, image, choices=SiliconChoices(rfui_lock_bits_stick=rfui))


ROUTES: tuple[Callable[[bytes], bytes], ...] = (
    lambda native: bytes((0xFF, 0xEF, 0x01, 0x00, len(native))) + native,
    lambda native: bytes((0xFF, 0x00, 0x00, 0x00, len(native) + 2, 0xD4, 0x42)) + native,
    lambda native: bytes((0xFF, 0x00, 0x00, 0x00, len(native) + 3, 0xD4, 0x40, 0x01)) + native,
    lambda native: bytes((0xFF, 0xC2, 0x00, 0x01, len(native) + 2, 0x95, len(native))) + native,
    lambda native: bytes((0xFF, 0xA0, 0x00, 0x05, len(native) + 6, 1, 0, 0xF3, 0, 0, 0x64)) + native,
)


@settings(max_examples=400, deadline=None)
@given(tag=tags(), sent=st.lists(frames(), min_size=1, max_size=6), route=st.sampled_from(ROUTES))
def test_whatever_moves_one_way_needed_an_approval(
    tag: Type2Tag, sent: list[bytes], route: Callable[[bytes], bytes]
) -> None:
    known = Knowledge()
    for native in sent:
        if tag.state in (State.OFF, State.IDLE):  # selecting it again would undo the first part of a COMPAT_WRITE
            awake(tag)
        command = route(native)
        verdicts = {
            "nothing known": judge(command, None),
            "chip known": judge(command, tag.chip),
            "commands before known": judge(command, None, None, known),
            "all known": judge(command, tag.chip, None, known),
        }
        before = one_way(tag)
        tag.exchange(native)
        known.note(command, None)
        # Reading moves the NFC counter where NFC_CNT_EN is set (reference §5 H19), which no command's bytes tell: the
        # one thing that the guard leaves to whoever reads a tag.
        reading = native[0] in (Command.READ, Command.FAST_READ)
        if without_nfc_counter(tag, before, reading) != without_nfc_counter(tag, one_way(tag), reading):
            for who, verdict in verdicts.items():
                assert verdict.needs_approval, (who, tag.chip.key, native.hex())


def without_nfc_counter(tag: Type2Tag, kept: OneWay, reading: bool) -> OneWay:
    pages, counters, failures = kept
    if not reading:
        return kept
    return pages, {address: count for address, count in counters.items() if address != tag.chip.nfc_counter}, failures
