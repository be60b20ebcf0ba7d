"""Contents of records: what is written is read again, by us and by ndeflib, and what cannot be is refused."""

from collections.abc import Callable

import ndef
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardscope.ndef.contents import (
    AbsoluteUri,
    AndroidApplication,
    Bluetooth,
    Contact,
    Content,
    Empty,
    External,
    Media,
    SmartPoster,
    Text,
    Unknown,
    Uri,
    WellKnown,
    Wifi,
)
from cardscope.ndef.decoding import content_of
from cardscope.ndef.encoding import ContentError, contact, record_of
from cardscope.ndef.message import NdefRecord, Tnf, encode_message
from cardscope.ndef.words import gist_of, kind_of

CONTENTS: list[Content] = [
    Uri("https://example.org/ä?x=1"),
    Uri("tel:+4930123"),
    Text("Grüße", "de", utf16=True),
    Text("hello"),
    SmartPoster("https://a.b", (("en", "T"), ("de", "Ü")), "exec", "image/png", b"\x89PNG\r\n\x1a\n1", 5, "text/html"),
    Wifi("Home", "correct horse"),
    Wifi("Café", "", "Open", "None"),
    Wifi("Both", "0" * 64, "WPA/WPA2-Personal", "AES/TKIP"),
    contact("Ada; Lovelace, A.", phones=("+44 1", "2"), mails=("a@b.c",), organisation="X\\Y", link="https://x.y"),
    Bluetooth("00:1A:7D:DA:71:13", "Speaker"),
    Bluetooth("00:1A:7D:DA:71:13", "Speaker", low_energy=True),
    AndroidApplication("org.example.app"),
    Media("image/png", b"\x89PNG"),
    External("example.org:type", b"\1\2"),
    AbsoluteUri("https://example.org/", b"x"),
    WellKnown("zz", b"\1"),
    Unknown(b"12"),
    Empty(),
]


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: type(content).__name__)
def test_what_is_written_is_read(content: Content) -> None:
    record = record_of(content)
    assert content_of(record) == (content, ())
    (theirs,) = ndef.message_decoder(encode_message((record,)))
    assert bytes(theirs.data) == record.payload or isinstance(theirs, ndef.WifiSimpleConfigRecord)


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: type(content).__name__)
def test_every_content_has_a_name_and_a_gist_without_secrets(content: Content) -> None:
    assert kind_of(content)
    if isinstance(content, Wifi) and content.key:
        assert content.key not in gist_of(content)


def test_uri_abbreviation() -> None:
    # URI RTD, table 3: 04 stands for https://.
    assert record_of(Uri("https://a.b")).payload == b"\x04a.b"


@pytest.mark.parametrize(("type_", "payload"), [(b"U", ""), (b"U", "01FF"), (b"T", "3F656E"), (b"Hs", "")])
def test_a_damaged_payload_is_told_without_names_of_a_library(type_: bytes, payload: str) -> None:
    content, problems = content_of(NdefRecord(Tnf.WELL_KNOWN, type_, b"", bytes.fromhex(payload), ()))
    assert isinstance(content, WellKnown)
    assert problems == ("The payload does not have the form of its type, and is shown as bytes.",)


def test_a_vcard_with_folded_lines_groups_and_parameters() -> None:
    card = (
        "BEGIN:VCARD\r\nVERSION:4.0\r\nN:Doe;Jane;;;\r\nitem1.TEL;TYPE=cell:tel:+1-5\r\n 55\r\n"
        "EMAIL;TYPE=work:jane@exam\r\n ple.org\r\nORG:A\\, B\r\nEND:VCARD\r\n"
    )
    content, problems = content_of(NdefRecord(Tnf.MEDIA, b"text/x-vCard", b"", card.encode(), ()))
    assert not problems
    assert isinstance(content, Contact)
    assert (content.name, content.phones, content.mails) == ("Jane Doe", ("+1-555",), ("jane@example.org",))
    assert content.organisation == "A, B"


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: record_of(Uri("")), "empty"),
        (lambda: record_of(Uri("example.org")), "begins with a scheme"),
        (lambda: record_of(Uri("not a uri")), "begins with a scheme"),
        (lambda: record_of(Uri("1a:b")), "begins with a scheme"),
        (lambda: record_of(Uri("https://a.org/b c")), "no blanks"),
        (lambda: record_of(SmartPoster("example")), "begins with a scheme"),
        (lambda: record_of(Text("x", "no code")), "language code"),
        (lambda: record_of(Wifi("", "12345678")), "1 to 32 bytes"),
        (lambda: record_of(Wifi("x" * 33, "12345678")), "1 to 32 bytes"),
        (lambda: record_of(Wifi("x", "1234567")), "8 to 63"),
        (lambda: record_of(Wifi("x", "12345678", "Open")), "no password"),
        (lambda: record_of(Bluetooth("00:11")), "six bytes"),
        (lambda: record_of(AndroidApplication("nodots")), "org.example.app"),
        (lambda: record_of(Media("png", b"")), "text/plain"),
        (lambda: record_of(External("nocolon", b"")), "example.org:type"),
        (lambda: record_of(Media("text/ä", b"")), "ASCII"),
        (lambda: record_of(SmartPoster("https://x", action="burn")), "exec, save, edit"),
        (lambda: contact(" "), "name"),
    ],
)
def test_what_cannot_be_said_is_refused(make: Callable[[], object], complaint: str) -> None:
    with pytest.raises(ContentError, match=complaint):
        make()


@given(
    st.sampled_from([Tnf.WELL_KNOWN, Tnf.MEDIA, Tnf.EXTERNAL]),
    st.sampled_from(
        [
            *(b"U", b"T", b"Sp", b"Hs", b"Hr", b"Hc", b"Hm", b"Hi", b"Sig", b"Di", b"android.com:pkg", b"text/vcard"),
            *(b"application/vnd.wfa.wsc", b"application/vnd.bluetooth.ep.oob", b"application/vnd.bluetooth.le.oob"),
        ]
    ),
    st.binary(max_size=80),
)
def test_no_payload_makes_it_fail(tnf: Tnf, type_: bytes, payload: bytes) -> None:
    content, _ = content_of(NdefRecord(tnf, type_, b"", payload, ()))
    assert kind_of(content)
    assert isinstance(gist_of(content), str)
