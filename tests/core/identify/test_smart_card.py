"""Cards that speak APDUs: the chip of a DESFire, and the probe for applications."""

from collections.abc import Mapping

import pytest

from cardscope.guard import judge
from cardscope.identify.identification import Stage
from cardscope.identify.smart_card import NOBODYS_AID, applications
from cardscope.virtual.ready_cards import ready_card
from support.inserted import inserted

CONTACT = bytes.fromhex("3BE500008121459C100100800D")
CONTACT_T0 = bytes.fromhex("3BA70040188065A208010152")
DESFIRE = bytes.fromhex("3B8180018080")
NOT_FOUND = bytes.fromhex("6A82")
CPLC = bytes.fromhex("9F7F2A 4790 5168 4791 2081 3B00 6173 12345678 9012 4812 6180") + bytes(20) + b"\x90\x00"
CARD_MANAGER = bytes.fromhex("6F108408A000000003000000A5049F6501FF")
PIV = bytes.fromhex("61114F0600001000010079074F05A000000308")


class Scripted:
    """Answers what the script says, and 6A82 (or ``otherwise``) to all else."""

    def __init__(self, atr: bytes, script: Mapping[str, str | bytes], otherwise: bytes = NOT_FOUND) -> None:
        self.atr = atr
        self._script = {
            bytes.fromhex(command): bytes.fromhex(answer) if isinstance(answer, str) else answer
            for command, answer in script.items()
        }
        self._otherwise = otherwise

    def power_on(self) -> bytes:
        return self.atr

    def power_off(self) -> None:
        pass

    def transmit(self, command: bytes) -> bytes:
        return self._script.get(command, self._otherwise)


DESFIRE_SCRIPT = {
    "FFCA000000": "04512C3A894B80 9000",
    "FFCA010000": "067577810280 9000",
    "9060000000": "04010101001805 91AF",
    "90AF000000": "04010104001805 9100",
}


async def test_desfire_is_recognised_without_any_probe() -> None:
    async with inserted(Scripted(DESFIRE, DESFIRE_SCRIPT)) as card:
        found = await card.identify()
    assert found.complete
    assert found.chip is not None
    assert (found.chip.name, found.chip.certainty.value) == ("MIFARE DESFire EV1", "certain")
    assert found.ats_field is not None
    assert not found.applications_probed
    assert not any(command[:2] == b"\x00\xa4" for command in card.wire.commands)


async def test_contact_card_is_left_alone_unless_asked() -> None:
    async with inserted(Scripted(CONTACT, {})) as card:
        found = await card.identify()
    assert found.complete
    assert card.wire.commands == []
    assert found.summary[0].startswith("Smart card with contacts")


async def test_applications_and_life_cycle_data() -> None:
    script: dict[str, str | bytes] = {
        "00A404000BA00000030800001000010000": PIV + b"\x90\x00",
        "00A4040008A0000006472F000100": b"U2F_V2\x90\x00",
        "00A4040000": CARD_MANAGER + b"\x90\x00",
        "80CA9F7F00": CPLC,
    }
    async with inserted(Scripted(CONTACT, script)) as card:
        found = await card.identify(probe_applications=True)
    assert [application.name for application in found.applications] == [
        "PIV",
        "FIDO (U2F, CTAP)",
        "Card manager (GlobalPlatform)",
    ]
    piv, fido, manager = found.applications
    assert piv.field is not None
    assert [field.name for field in piv.field.walk()][1:3] == ["61 Application template", "4F Application identifier"]
    assert piv.aid == bytes.fromhex("A000000308000010000100")  # 4F has only its end
    assert fido.field is not None
    assert fido.field.value == "“U2F_V2”"
    assert manager.aid == bytes.fromhex("A000000003000000")
    assert found.cplc_field is not None
    assert found.applications_probed
    assert {stage.stage for stage in card.stages} == {Stage.UID, Stage.APPLICATIONS}
    assert found.to_json()["applications"][1] == {
        "name": "FIDO (U2F, CTAP)",
        "aid": "A0000006472F0001",
        "sw": "9000",
        "fci": b"U2F_V2".hex().upper(),
    }


async def test_t0_fetches_the_answer_and_asks_again_with_the_right_length() -> None:
    script: dict[str, str | bytes] = {
        "00A404000BA000000308000010000100": bytes((0x61, len(PIV))),
        f"00C00000{len(PIV):02X}": PIV + b"\x90\x00",
        "00A4040000": bytes((0x61, len(CARD_MANAGER))),
        f"00C00000{len(CARD_MANAGER):02X}": CARD_MANAGER + b"\x90\x00",
        "80CA9F7F00": "6C2D",
        "80CA9F7F2D": CPLC,
    }
    async with inserted(Scripted(CONTACT_T0, script)) as card:
        found = await card.identify(probe_applications=True)
    assert [application.name for application in found.applications] == ["PIV", "Card manager (GlobalPlatform)"]
    assert found.applications[0].answer == PIV
    assert found.cplc


async def test_without_a_card_manager_nobody_is_asked_for_its_data() -> None:
    async with inserted(Scripted(CONTACT, {})) as card:
        found = await card.identify(probe_applications=True)
    assert found.summary[-1] == "None of the known applications is on it."
    assert not [command for command in card.wire.commands if command[1] == 0xCA]


async def test_after_the_search_nothing_stays_selected() -> None:
    """A program that shares the card would send its PIN to whatever was selected last."""
    async with inserted(Scripted(CONTACT, {})) as card:
        resets: list[int] = []
        power_on = card.wire.power_on

        def counted() -> bytes:
            resets.append(len(card.wire.commands))
            return power_on()

        card.wire.power_on = counted
        await card.identify(probe_applications=True)
    assert resets == [len(card.wire.commands)]


async def test_a_wrong_le_is_corrected_without_losing_the_name() -> None:
    script: dict[str, str | bytes] = {
        "00A404000BA00000030800001000010000": bytes((0x6C, len(PIV))),
        f"00A404000BA000000308000010000100{len(PIV):02X}": PIV + b"\x90\x00",
    }
    async with inserted(Scripted(CONTACT, script)) as card:
        found = await card.identify(probe_applications=True)
    assert [application.name for application in found.applications] == ["PIV"]
    assert found.applications[0].answer == PIV


async def test_without_an_le_there_is_none_to_correct() -> None:
    async with inserted(Scripted(CONTACT_T0, {"00A4040010": CARD_MANAGER + b"\x90\x00"}, b"\x6c\x10")) as card:
        found = await card.identify(probe_applications=True)
    assert [application.name for application in found.applications] == ["Card manager (GlobalPlatform)"]


async def test_card_that_takes_any_name_tells_nothing() -> None:
    async with inserted(Scripted(CONTACT, {}, otherwise=b"\x90\x00")) as card:
        found = await card.identify(probe_applications=True)
    assert found.applications == ()
    assert card.wire.commands[0][5:12] == NOBODYS_AID
    assert "takes any name" in found.summary[-1]


@pytest.mark.parametrize("otherwise", ["6100", "6C00", "91AF", "6A", "9000"])
async def test_endless_answers_end(otherwise: str) -> None:
    async with inserted(Scripted(DESFIRE, DESFIRE_SCRIPT | {"90AF000000": "91AF"}, bytes.fromhex(otherwise))) as card:
        found = await card.identify(probe_applications=True)
    assert found.complete


@pytest.mark.parametrize("name", ["teaching", "teaching-t0", "teaching-contactless"])
async def test_teaching_card_has_an_ndef_application(name: str) -> None:
    async with inserted(ready_card(name).make()) as card:
        found = await card.identify(probe_applications=True)
    assert [application.name for application in found.applications] == ["NDEF (NFC Forum Type 4 tag)"]
    assert not any(judge(command, None).needs_approval for command in card.wire.commands)


async def test_pulled_while_probing() -> None:
    async with inserted(ready_card("teaching-contactless").make()) as card:
        card.wire.at[7] = card.reader.remove
        found = await card.identify(probe_applications=True)
    assert found.interrupted
    assert not found.applications_probed
    assert [application.name for application in found.applications] == ["NDEF (NFC Forum Type 4 tag)"]


async def test_other_memory_cards_are_what_their_reader_calls_them() -> None:
    classic = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
    async with inserted(Scripted(classic, {"FFCA000000": "9C599B32 9000"})) as card:
        found = await card.identify()
    assert found.complete
    assert found.chip is not None
    assert "Classic" in found.chip.name
    assert card.wire.commands == [bytes.fromhex("FFCA000000")]


def test_list_of_applications() -> None:
    assert len({application.aid for application in applications()}) == len(applications())
    for application in applications():
        assert 5 <= len(application.aid) <= 16
        assert application.name
        assert application.source
