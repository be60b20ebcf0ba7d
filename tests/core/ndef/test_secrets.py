"""The key to a Wi-Fi network within its record."""

import pytest

from cardscope.ndef.contents import Uri, Wifi
from cardscope.ndef.encoding import record_of
from cardscope.ndef.message import NdefRecord, Tnf
from cardscope.ndef.secrets import secret_bytes

# A credential (100E) of an SSID (1045) and a key (1027), after an attribute of the token itself.
TOKEN = bytes.fromhex("104A000110 100E0011 10450004486F6D65 1027000570617373 77")
WIFI = b"application/vnd.wfa.wsc"


def wifi(payload: bytes) -> NdefRecord:
    return NdefRecord(Tnf.MEDIA, WIFI, b"", payload, ())


def test_the_key_alone_is_secret() -> None:
    assert bytes(TOKEN[at] for at in sorted(secret_bytes(wifi(TOKEN)))) == b"passw"


@pytest.mark.parametrize("length", range(len(TOKEN)))
def test_of_a_payload_that_is_cut_off_nothing_beyond_it_is_named(length: int) -> None:
    assert all(at < length for at in secret_bytes(wifi(TOKEN[:length])))


def test_what_is_written_is_found_again() -> None:
    record = record_of(Wifi("Home", "secret88"))
    found = sorted(secret_bytes(record))
    assert bytes(record.payload[at] for at in found) == b"secret88"


def test_other_records_have_none() -> None:
    assert not secret_bytes(record_of(Uri("https://example.org")))
