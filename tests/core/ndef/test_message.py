"""Messages and records, against ndeflib and its own tests' messages."""

from pathlib import Path

import ndef
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.ndef.contents import Content, Text, Uri, Wifi
from cardscope.ndef.decoding import content_of
from cardscope.ndef.fields import decode_message
from cardscope.ndef.message import NdefRecord, Tnf, encode_message, parse_message

VECTORS = [
    bytes.fromhex(line)
    for line in Path(__file__).with_name("ndeflib_messages.txt").read_text("ascii").splitlines()
    if not line.startswith("#")
]
PREFIXES = {Tnf.WELL_KNOWN: "urn:nfc:wkt:", Tnf.EXTERNAL: "urn:nfc:ext:"}
WORDS = {Tnf.EMPTY: "", Tnf.UNKNOWN: "unknown", Tnf.UNCHANGED: "unchanged"}


def type_name(record: NdefRecord) -> str:
    return WORDS.get(record.tnf, PREFIXES.get(record.tnf, "") + record.type.decode("ascii"))


def test_there_are_as_many_vectors_as_were_collected() -> None:
    assert len(VECTORS) == 150


@pytest.mark.parametrize("message", VECTORS, ids=lambda message: message.hex()[:40] or "empty")
def test_records_are_those_of_ndeflib(message: bytes) -> None:
    theirs = list(ndef.message_decoder(message, known_types={}))
    ours = parse_message(message)
    chunks = [chunk for record in ours.records for chunk in record.chunks]
    assert [
        (type_name(NdefRecord(c.tnf, c.type, c.id, c.payload, ())), c.id.decode("latin-1"), c.payload) for c in chunks
    ] == [(record.type, record.name, bytes(record.data)) for record in theirs]
    assert not ours.problems


@pytest.mark.parametrize("message", VECTORS, ids=lambda message: message.hex()[:40] or "empty")
def test_contents_are_those_of_ndeflib(message: bytes) -> None:
    theirs = list(ndef.message_decoder(message))
    ours = [content_of(record) for record in parse_message(message).records]
    for (content, problems), record in zip(ours, theirs, strict=False):
        assert not problems
        same(content, record)


def same(content: Content, record: ndef.Record) -> None:
    match record:
        case ndef.UriRecord():
            assert content == Uri(record.iri)
        case ndef.TextRecord():
            assert content == Text(record.text, record.language, record.encoding != "UTF-8")
        case ndef.WifiSimpleConfigRecord() if (credential := record.get_attribute("credential")) is not None:
            assert isinstance(content, Wifi)
            assert content.ssid.encode() == credential.get_attribute("ssid").value
        case _:
            pass


def test_chunks_are_put_together() -> None:
    # NDEF 1.0 §2.3.3: the type in the first chunk, TNF 6 in those that follow.
    message = bytes.fromhex("B1 01 03 55 04 6162 36 00 02 2E64 56 00 01 65".replace(" ", ""))
    parsed = parse_message(message)
    assert not parsed.problems
    assert not any(record.problems for record in parsed.records)
    (record,) = parsed.records
    assert (record.type, record.payload, len(record.chunks)) == (b"U", b"\x04ab.de", 3)
    assert content_of(record) == (Uri("https://ab.de"), ())


@pytest.mark.parametrize(
    ("message", "records", "problem"),
    [
        ("D1", 0, "The message ends within the header of a record, at byte 0."),
        ("D1010755", 1, "announces 7 bytes of payload, and 0 are there"),
        ("9101025504619101", 1, "The message ends within the header of a record, at byte 6."),
        ("11010255046151010255 0462", 2, "does not say that it begins the message"),
        ("D70000", 0, "type name format 7"),
        ("D101025504610000", 1, "2 bytes follow the last record"),
        ("910102550461", 1, "No record says that it is the last one"),
        ("160000D00000", 2, "does not say that it begins"),
        ("C101FFFFFFFF55", 0, "no tag can hold"),
    ],
)
def test_damaged_messages_go_as_far_as_they_go(message: str, records: int, problem: str) -> None:
    parsed = parse_message(bytes.fromhex(message))
    assert len(parsed.records) == records
    assert any(problem in one for one in parsed.problems), parsed.problems


@given(st.binary(max_size=120))
def test_nothing_makes_it_fail(message: bytes) -> None:
    parsed = parse_message(message)
    assert 0 <= parsed.end <= len(message)
    tree = decode_message(message)
    for parent in tree.walk():
        for child in parent.children:
            assert parent.span[0] <= child.span[0] <= child.span[1] <= parent.span[1]


records = st.builds(
    NdefRecord,
    st.sampled_from([Tnf.WELL_KNOWN, Tnf.MEDIA, Tnf.ABSOLUTE_URI, Tnf.EXTERNAL]),
    st.binary(min_size=1, max_size=20),
    st.binary(max_size=5),
    st.binary(max_size=300),
    st.just(()),
)


@given(st.lists(records, max_size=4))
def test_what_is_encoded_is_decoded(wanted: list[NdefRecord]) -> None:
    parsed = parse_message(encode_message(tuple(wanted)))
    assert not parsed.problems
    assert not any(record.problems for record in parsed.records)
    assert [(r.tnf, r.type, r.id, r.payload) for r in parsed.records] == [
        (r.tnf, r.type, r.id, r.payload) for r in wanted
    ]
