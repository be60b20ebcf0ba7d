"""What no sequence of commands can do to a Type 2 tag."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cardscope.tags.catalogue import Chip, chips
from cardscope.virtual.type2 import ACK, State, Type2Tag

UID = bytes.fromhex("04E141124C2880")
WAKE, SELECT = "wake", "select"

simulated = [chip for chip in chips().values() if chip.family == "NTAG21x"]
four_bytes = st.binary(min_size=4, max_size=4) | st.sampled_from([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x40\0\0\xff"])
pages = st.integers(0, 255) | st.sampled_from(
    [0, 1, 2, 3, 4, 0x10, 0x24, 0x28, 0x29, 0x2A, 0x82, 0x83, 0xE2, 0xE3, 0xE4]
)
page_bytes = pages.map(lambda page: bytes((page,)))
compat_data = four_bytes.map(lambda data: data.ljust(16, b"\0"))

commands = st.one_of(
    st.builds(lambda page, data: b"\xa2" + page + data, page_bytes, four_bytes),
    st.builds(lambda page: b"\xa0" + page, page_bytes),
    compat_data,
    st.builds(lambda page: b"\x30" + page, page_bytes),
    st.builds(lambda first, last: b"\x3a" + first + last, page_bytes, page_bytes),
    st.sampled_from([b"\x60", b"\x39\x02", b"\x3c\0", b"\x1b\xff\xff\xff\xff", b"\x1b\0\0\0\0", b"\x50\0", b""]),
    st.binary(max_size=20),
    st.sampled_from([WAKE, SELECT]),
)


def one_way_bits(tag: Type2Tag) -> int:
    """Static lock bytes, CC and dynamic lock bytes as one number."""
    chip, image = tag.chip, tag.image
    bits = image[10:16]
    if chip.dynamic_lock is not None:
        bits += image[4 * chip.dynamic_lock.page : 4 * chip.dynamic_lock.page + 3]
    return int.from_bytes(bits, "big")


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(simulated), st.lists(commands, max_size=60))
def test_one_way_things_never_go_back(chip: Chip, sequence: list[bytes | str]) -> None:
    tag = Type2Tag.factory_fresh(chip, UID)
    tag.power_up()
    tag.select()
    compat_page: int | None = None
    for command in sequence:
        image, bits, counter = tag.image, one_way_bits(tag), tag.counter
        answer = None
        if command == WAKE:
            tag.power_down()
            tag.power_up()
            tag.select()
        elif command == SELECT:
            tag.select()
        else:
            assert isinstance(command, bytes)
            answer = tag.exchange(command)
        assert one_way_bits(tag) & bits == bits
        assert counter <= tag.counter <= counter + 1
        assert tag.image[:10] == image[:10], "the UID, its check bytes or the internal byte changed"
        written: int | None = None
        if answer == ACK:
            assert isinstance(command, bytes)
            written = compat_page
            if compat_page is None and command[0] == 0xA2:
                written = command[1]
        changed = {offset // 4 for offset in range(len(image)) if image[offset] != tag.image[offset]}
        assert changed <= ({written} if written is not None else set())
        starts_compat = answer == ACK and compat_page is None and isinstance(command, bytes) and command[0] == 0xA0
        compat_page = command[1] if starts_compat and isinstance(command, bytes) else None
        if tag.state is State.IDLE:
            tag.select()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(simulated), four_bytes, four_bytes, st.lists(commands, max_size=40))
def test_a_locked_page_never_changes(chip: Chip, static: bytes, dynamic: bytes, sequence: list[bytes | str]) -> None:
    tag = Type2Tag.factory_fresh(chip, UID)
    tag.power_up()
    tag.select()
    tag.exchange(b"\xa2\x02" + static)
    locked = tag.chip.static_lock.locked_pages(tag.image[10:12])
    if (lock := tag.chip.dynamic_lock) is not None:
        tag.exchange(bytes((0xA2, lock.page)) + dynamic)
        locked |= lock.locked_pages(tag.image[4 * lock.page : 4 * lock.page + 3])
    before = tag.image
    for command in sequence:
        if isinstance(command, str):
            tag.power_down()
            tag.power_up()
            tag.select()
        else:
            tag.exchange(command)
            tag.select()
    for page in locked:
        assert tag.image[4 * page : 4 * page + 4] == before[4 * page : 4 * page + 4]
