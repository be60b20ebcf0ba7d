"""The NDEF application of a Type 4 tag, on the teaching card through every kind of connection."""

import pytest

from cardscope.errors import CardRemovedError
from cardscope.ndef.contents import Uri
from cardscope.ndef.decoding import content_of
from cardscope.ndef.message import parse_message
from cardscope.ndef.type4 import Type4Error, Type4Tag, parse_container
from cardscope.virtual.ready_cards import ready_card
from support.inserted import Inserted, inserted

TEACHING = ("teaching", "teaching-t0", "teaching-contactless")
CONTAINER = "000F 20 00FF 00FF 04 06 E104 0400 00 00"


@pytest.mark.parametrize("name", TEACHING)
async def test_the_message_of_the_teaching_card_is_read(name: str) -> None:
    async with inserted(ready_card(name).make()) as card, card.session.alone():
        tag = Type4Tag(card.session)
        container = await tag.open()
        message = await tag.read_message()
    assert (container.file, container.size, container.version) == (0xE104, 0x400, (2, 0))
    (record,) = parse_message(message).records
    assert content_of(record) == (Uri("https://example.com/teaching"), ())


@pytest.mark.parametrize("name", TEACHING)
@pytest.mark.parametrize("size", [0, 1, 253, 254, 255, 256, 600, 1022])
async def test_what_is_written_is_read(name: str, size: int) -> None:
    message = bytes(index % 251 for index in range(size))
    async with inserted(ready_card(name).make()) as card, card.session.alone():
        tag = Type4Tag(card.session)
        await tag.open()
        await tag.write_message(message)
        assert await Type4Tag(card.session).read_message() == message
        writes = [command for command in card.wire.commands if command[:2] == b"\x00\xd6"]
    # The length is 0 first, and set last.
    assert writes[0] == bytes.fromhex("00D60000020000")
    assert writes[-1] == bytes.fromhex("00D6000002") + size.to_bytes(2)
    assert all(int.from_bytes(command[2:4]) >= 2 for command in writes[1:-1])


async def write_until_pulled(card: Inserted) -> None:
    async with card.session.alone():
        tag = Type4Tag(card.session)
        await tag.open()
        card.wire.at[len(card.wire.commands) + 3] = card.reader.remove
        await tag.write_message(bytes(600))


async def test_a_card_that_is_pulled_has_an_empty_message_not_half_of_one() -> None:
    virtual = ready_card("teaching").make()
    async with inserted(virtual) as card:
        with pytest.raises(CardRemovedError):
            await write_until_pulled(card)
    async with inserted(virtual) as card, card.session.alone():
        assert await Type4Tag(card.session).read_message() == b""


async def test_too_long_a_message_is_refused_before_anything_is_written() -> None:
    async with inserted(ready_card("teaching").make()) as card, card.session.alone():
        tag = Type4Tag(card.session)
        await tag.open()
        before = len(card.wire.commands)
        with pytest.raises(Type4Error, match="holds 1022"):
            await tag.write_message(bytes(1023))
        assert len(card.wire.commands) == before


async def test_a_card_without_the_application() -> None:
    class Bare:
        atr = bytes.fromhex("3BE500008121459C100100800D")

        def power_on(self) -> bytes:
            return self.atr

        def power_off(self) -> None:
            pass

        def transmit(self, command: bytes) -> bytes:
            return b"\x6a\x82" if command else b""

    async with inserted(Bare()) as card, card.session.alone():
        with pytest.raises(Type4Error, match="no NDEF application"):
            await Type4Tag(card.session).open()


def test_the_container() -> None:
    container = parse_container(bytes.fromhex(CONTAINER))
    assert (container.longest_answer, container.longest_data, container.room) == (255, 255, 1022)
    assert container.readable
    assert container.writable


@pytest.mark.parametrize(
    ("container", "complaint"),
    [
        ("000F 20 00FF 00FF 04 06 E1", "10 bytes"),
        (CONTAINER.replace("04 06", "06 06"), "extended"),
        (CONTAINER.replace("04 06", "05 06"), "none"),
        (CONTAINER.replace("20 00FF", "20 0001"), "sizes"),
        (CONTAINER.replace("0400", "0002"), "sizes"),
    ],
)
def test_containers_that_cannot_be(container: str, complaint: str) -> None:
    with pytest.raises(Type4Error, match=complaint):
        parse_container(bytes.fromhex(container))
