"""The frames that exchanges stand for, against ISO/IEC 14443 and what tshark makes of them."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.events import Exchanged
from cardscope.export import SAVE_FORMATS, ExportedExchange, ExportError, TranscriptFile
from cardscope.export.frames import BlockNumbers, Frame, Medium, crc_a, crc_b, medium, tag_frames
from cardscope.virtual.reader_models import reader_models
from cardscope.virtual.ready_cards import ready_card
from support.exported import CLASSIC, CONTACT, ISO_DEP, NOON, TAG, exchange
from support.inserted import Airtap, inserted
from support.pcscd import REQUIRE_ALL

PCAPNG = next(form for form in SAVE_FORMATS if form.key == "pcapng")


def saved(folder: Path, *exchanges: ExportedExchange, include_secrets: bool = False) -> tuple[Path, tuple[str, ...]]:
    path = folder / "transcript.pcapng"
    file = TranscriptFile(path, PCAPNG, include_secrets=include_secrets)
    file.begin()
    file.add(exchanges)
    return path, file.finish()


def tshark(path: Path, *fields: str) -> list[list[str]]:
    """What tshark says of each frame."""
    program = shutil.which("tshark")
    if program is None:
        if REQUIRE_ALL:
            pytest.fail("must run here, but tshark is not installed")
        pytest.skip("tshark is not installed")
    wanted = [part for field in fields for part in ("-e", field)]
    command = [program, "-r", str(path), "-T", "fields", "-E", "separator=\x1f", *wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return [line.split("\x1f") for line in done.stdout.splitlines()]


def test_the_checksums_are_those_of_the_standard() -> None:
    # ISO/IEC 14443-3, annex B: 00 00 and 12 34 with type A, 00 00 00 and 0F AA FF with type B.
    assert crc_a(bytes.fromhex("0000")).hex().upper() == "A01E"
    assert crc_a(bytes.fromhex("1234")).hex().upper() == "26CF"
    assert crc_b(bytes.fromhex("000000")).hex().upper() == "CCC6"
    assert crc_b(bytes.fromhex("0FAAFF")).hex().upper() == "FCD1"


@pytest.mark.parametrize(
    ("atr", "way"),
    [
        (TAG, Medium.TYPE2),
        (CLASSIC, Medium.OTHER),
        (ISO_DEP, Medium.ISO_DEP),
        (CONTACT, Medium.CONTACTS),
        (None, Medium.UNKNOWN),
        # PC/SC Part 3: ISO 15693 part 3, and FeliCa.
        (bytes.fromhex("3B8F8001804F0CA0000003060B00140000000077"), Medium.OTHER),
        (bytes.fromhex("3B8F8001804F0CA00000030611003B0000000042"), Medium.OTHER),
    ],
)
def test_an_atr_tells_the_way_to_the_card(atr: bytes | None, way: Medium) -> None:
    assert medium(atr) is way


# ISO-DEP


def blocks(*exchanges: tuple[int, int]) -> list[tuple[str, str]]:
    """Who sends and the PCB, for exchanges of so many bytes to and fro."""
    card = BlockNumbers(ISO_DEP)
    frames = [frame for out, back in exchanges for frame in card.frames(bytes(out), bytes(back), "A command")]
    return [("PICC" if frame.from_card else "PCD", f"{frame.data[0]:02X}") for frame in frames]


def test_block_numbers_alternate() -> None:
    assert blocks((5, 2), (5, 2), (5, 2)) == [
        ("PCD", "02"), ("PICC", "02"), ("PCD", "03"), ("PICC", "03"), ("PCD", "02"), ("PICC", "02"),
    ]  # fmt: skip


def test_chaining_goes_as_in_annex_b_of_part_4() -> None:
    # ISO/IEC 14443-4 annex B: scenario 3 (PCD uses chaining) and 4 (PICC uses chaining), then exchanges as before.
    assert blocks((600, 2), (5, 2)) == [
        ("PCD", "12"), ("PICC", "A2"), ("PCD", "13"), ("PICC", "A3"), ("PCD", "02"), ("PICC", "02"),
        ("PCD", "03"), ("PICC", "03"),
    ]  # fmt: skip
    assert blocks((5, 600), (5, 2)) == [
        ("PCD", "02"), ("PICC", "12"), ("PCD", "A3"), ("PICC", "13"), ("PCD", "A2"), ("PICC", "02"),
        ("PCD", "03"), ("PICC", "03"),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.binary(max_size=700), st.none() | st.binary(max_size=700)), max_size=5))
def test_the_blocks_carry_every_byte_and_fit_a_frame(exchanges: list[tuple[bytes, bytes | None]]) -> None:
    card = BlockNumbers(ISO_DEP)
    for command, response in exchanges:
        frames = list(card.frames(command, response, "A command"))
        informing = [frame for frame in frames if frame.data[0] & 0xE2 == 0x02]
        assert b"".join(frame.data[1:] for frame in informing if not frame.from_card) == command
        assert b"".join(frame.data[1:] for frame in informing if frame.from_card) == (response or b"")
        assert all(len(frame.data) + 2 <= 256 for frame in frames)


# Type 2 tags


def native(*frames: Frame) -> list[str]:
    return [f"{'<' if frame.from_card else '>'} {frame.data.hex(' ').upper()}" for frame in frames]


@pytest.mark.parametrize(
    ("command", "response", "frames"),
    [
        ("FF00000003D44260", "D5430000040402010013039000", ["> 60", "< 00 04 04 02 01 00 13 03"]),  # ACR122U
        ("FF0000000160", "00040402010013039000", ["> 60", "< 00 04 04 02 01 00 13 03"]),  # ACR1252U
        ("FFC20001039501 60", "C0030090009708 0004040201001303 9000", ["> 60", "< 00 04 04 02 01 00 13 03"]),
        ("FFA00005070100F3000064 60", "0000 0004040201001303 9000", ["> 60", "< 00 04 04 02 01 00 13 03"]),
        ("FFEF01000160", "0004040201001303", ["> 60", "< 00 04 04 02 01 00 13 03"]),  # Identiv, no status word
        ("FF00000005D4423A0405", "D543000102030405060708 9000", ["> 3A 04 05", "< 01 02 03 04 05 06 07 08"]),
        ("FF00000005D4423A0405", "D543019000", ["> 3A 04 05"]),  # the tag said nothing
        ("FF00000003D44260", None, ["> 60"]),
        ("FFEF010006A20411223344", "0A", ["> A2 04 11 22 33 44"]),  # ACK: 4 bits, no frame of bytes
        ("FFD6000404 11223344", "9000", ["> A2 04 11 22 33 44"]),
        ("FFB0000010", "00" * 16 + "9000", ["> 30 00", "< " + " ".join(["00"] * 16)]),
        ("FFB0000404", "E1106D009000", ["> 30 04", "< E1 10 6D 00"]),
        ("FFB0000420", "00" * 32 + "9000", ["> 30 04", f"<{' 00' * 16}", "> 30 08", f"<{' 00' * 16}"]),
        ("FFB000F010", "6300", ["> 30 F0"]),
        ("FFCA000000", "04112233445566 9000", []),  # the reader knows it from the selection
        ("FF00480000", b"ACR122U201".hex(), []),
        ("FF00000004D44A0100", "D54B00 9000", []),
        ("3004", "6D00", []),
    ],
)  # fmt: skip
def test_native_frames_come_out_of_every_reader_s_wrapping(
    command: str, response: str | None, frames: list[str]
) -> None:
    made = tag_frames(bytes.fromhex(command), None if response is None else bytes.fromhex(response))
    assert native(*made) == frames
    for frame in made:
        passed_on_in_part = frame.from_card and command == "FFB0000404"
        assert frame.crc == (b"" if passed_on_in_part else crc_a(frame.data))


def test_what_a_reader_made_of_its_own_command_is_said() -> None:
    write, *_ = tag_frames(bytes.fromhex("FFD600040411223344"), b"\x90\x00")
    assert write.comment == "WRITE page 4, acknowledged (the reader made it from UPDATE BINARY)"
    _, part = tag_frames(bytes.fromhex("FFB0000404"), bytes.fromhex("E1106D009000"))
    assert part.comment == "Answer to READ page 4: the reader passed on 4 bytes of 16"


# The file


@pytest.mark.parametrize(
    ("command", "response"),
    [("FF00000004D4423E01", "D54300BD9000"), ("FFEF0100023E01", "BD"), ("FFEF0100023E01", "0A")],
)
def test_check_tearing_event_is_answered_by_a_byte_and_no_nibble(command: str, response: str) -> None:
    sent, received = tag_frames(bytes.fromhex(command), bytes.fromhex(response))
    assert (sent.data, sent.comment) == (bytes.fromhex("3E01"), "CHECK_TEARING_EVENT")
    assert received.from_card
    assert received.data.hex().upper() in response


def test_tshark_names_the_blocks_of_iso_dep(tmp_path: Path) -> None:
    path, notes = saved(
        tmp_path,
        exchange("00A4040007D2760000850101"),
        exchange("00B0000000", "AA" * 400 + "9000"),
        exchange("00D60000000200" + "55" * 512),
    )
    assert notes == ()
    rows = tshark(path, "_ws.col.Protocol", "_ws.col.Source", "_ws.col.Info", "_ws.malformed")
    assert {row[0] for row in rows} == {"ISO 14443"}
    assert not any(row[3] for row in rows)
    assert [row[1:3] for row in rows] == [
        ["PCD", "I-block, No chaining, Block number 0"],
        ["PICC", "I-block, No chaining, Block number 0"],
        ["PCD", "I-block, No chaining, Block number 1"],
        ["PICC", "I-block, Chaining, Block number 1"],
        ["PCD", "R-block, ACK, Block number 0"],
        ["PICC", "I-block, No chaining, Block number 0"],
        ["PCD", "I-block, Chaining, Block number 1"],
        ["PICC", "R-block, ACK, Block number 1"],
        ["PCD", "I-block, Chaining, Block number 0"],
        ["PICC", "R-block, ACK, Block number 0"],
        ["PCD", "I-block, No chaining, Block number 1"],
        ["PICC", "I-block, No chaining, Block number 1"],
    ]
    lengths = tshark(path, "iso14443.apdu_reassembled.length")
    assert [row[0] for row in lengths if row[0]] == ["402", "519"]


def test_tshark_reads_the_frames_of_a_tag_and_their_comments(tmp_path: Path) -> None:
    path, notes = saved(
        tmp_path,
        exchange("FFCA000000", "04112233445566 9000", atr=TAG),
        exchange("FF00000003D44260", "D5430000040402010013039000", atr=TAG),
        exchange("FFD600040411223344", atr=TAG),
        exchange("FF00000007D4421BCAFEBABE", "D54300BEEF9000", atr=TAG),
    )
    rows = tshark(path, "_ws.col.Protocol", "iso14443.event", "frame.comment", "_ws.malformed")
    assert {row[0] for row in rows} == {"ISO 14443"}
    assert not any(row[3] for row in rows)
    assert [row[1] for row in rows] == ["0xfe", "0xff", "0xfe", "0xfe", "0xff"]
    assert [row[2].split(" (")[0].split(".")[0] for row in rows] == [
        "GET_VERSION",
        "Answer to GET_VERSION",
        "WRITE page 4, acknowledged",
        "PWD_AUTH",
        "Answer to PWD_AUTH",
    ]
    (note,) = notes
    assert note.startswith("Left out, since they are no ISO 14443 frames: 1 with the reader itself")


def test_secrets_are_replaced_in_the_file_and_the_packets_say_so(tmp_path: Path) -> None:
    rows = [
        exchange("0020000104 31323334", "63C2"),
        exchange("FF00000007D4421BCAFEBABE", "D54300BEEF9000", atr=TAG, insertion=2),
    ]
    path, _ = saved(tmp_path, *rows)
    data = path.read_bytes()
    for secret in ("31323334", "CAFEBABE", "BEEF"):
        assert bytes.fromhex(secret) not in data
    replaced = ["replaced by 00" in row[0] for row in tshark(path, "frame.comment")]
    assert replaced == [True, False, True, True]
    path, _ = saved(tmp_path, *rows, include_secrets=True)
    data = path.read_bytes()
    for secret in ("31323334", "CAFEBABE", "BEEF"):
        assert bytes.fromhex(secret) in data
    assert not any("replaced" in row[0] for row in tshark(path, "frame.comment"))


def test_times_are_those_of_the_command_and_of_the_answer(tmp_path: Path) -> None:
    path, _ = saved(tmp_path, exchange("00B0000000", "AA9000", sent=NOON, ms=2.5))
    assert [float(row[0]) for row in tshark(path, "frame.time_epoch")] == [NOON, NOON + 0.0025]


def test_each_reader_is_an_interface_and_each_card_counts_by_itself(tmp_path: Path) -> None:
    path, _ = saved(
        tmp_path,
        exchange("00B0000000", reader="First"),
        exchange("00B0000000", reader="Zweiter Leser Ü"),
        exchange("00B0000000", reader="First", insertion=2),
    )
    rows = tshark(path, "frame.interface_name", "iso14443.block_number")
    assert rows == [["First", "0"]] * 2 + [["Zweiter Leser Ü", "0"]] * 2 + [["First", "0"]] * 2


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (exchange("00B0000000", atr=CONTACT), "cards with contacts, for which no capture format exists"),
        (exchange("FFB0000410", "6300", atr=CLASSIC), "another technology or with encrypted frames"),
        (exchange("FF00520000", insertion=0, atr=None), "with the reader itself"),
        (exchange("00B0000000", atr=None), "whose ATR is not known"),
    ],
)
def test_a_transcript_without_such_frames_is_refused_and_leaves_no_file(
    row: ExportedExchange, why: str, tmp_path: Path
) -> None:
    with pytest.raises(ExportError, match=why):
        saved(tmp_path, row)
    assert list(tmp_path.iterdir()) == []


# Against what really goes over air


async def recorded_on(model: str, picc: Airtap) -> list[ExportedExchange]:
    """All that identification, a write and a read through that reader came to."""
    heard: list[Exchanged] = []
    async with inserted(reader_models()[model].front(picc)) as card:
        card.session._publish = heard.append
        picc.frames.clear()
        await card.identify()
        for command in ("FFD6000404CAFE0123", "FFB0000410", "FFB0000404"):
            await card.session.send(bytes.fromhex(command))
        return [ExportedExchange.of(each, clock=0.0, atr=card.session.atr) for each in heard]


@pytest.mark.parametrize("model", reader_models())
async def test_the_frames_of_a_tag_are_those_that_it_got(model: str, tmp_path: Path) -> None:
    air = Airtap(ready_card("ntag216").make_tag())
    exchanges = await recorded_on(model, air)
    frames = [frame for each in exchanges for frame in tag_frames(each.command, each.response)]
    made = [frame.data.hex() for frame in frames if not frame.from_card]
    assert made == [frame.hex() for frame in air.frames]
    path, _ = saved(tmp_path, *exchanges)
    rows = tshark(path, "_ws.col.Protocol", "iso14443.event", "_ws.malformed")
    assert len(rows) == len(frames)
    assert {row[0] for row in rows} == {"ISO 14443"}
    assert not any(row[2] for row in rows)
