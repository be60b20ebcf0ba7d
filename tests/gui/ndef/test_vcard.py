"""A contact is changed line by line."""

from cardscope.ndef.decoding import content_of
from cardscope.ndef.encoding import contact
from cardscope.ndef.message import NdefRecord, Tnf
from cardscope_gui.ndef.vcard import changed, other_lines

CARD = """BEGIN:VCARD
VERSION:4.0
N:Lovelace;Ada;;Countess;
FN:Ada Lovelace
TEL;TYPE=home:+4420
TEL;TYPE=work:+4421
ADR:;;12 St James's Square;London;;;
NOTE:Wrote the
  first program
END:VCARD
"""


def parsed():
    content, problems = content_of(NdefRecord(Tnf.MEDIA, b"text/vcard", b"", CARD.encode(), ()))
    assert not problems
    return content


def test_what_the_form_does_not_show_stays() -> None:
    made = changed(parsed(), contact("Ada Lovelace", phones=("+4420", "+4499")))
    lines = made.card.split("\r\n")
    assert "VERSION:4.0" in lines
    assert "N:Lovelace;Ada;;Countess;" in lines
    assert "TEL;TYPE=home:+4420" in lines
    assert "TEL:+4499" in lines
    assert not any("+4421" in line for line in lines)
    assert "ADR:;;12 St James's Square;London;;;" in lines
    assert "NOTE:Wrote the first program" in lines
    assert made.phones == ("+4420", "+4499")


def test_another_name_has_another_n() -> None:
    made = changed(parsed(), contact("Grace Hopper", phones=("+4420", "+4421")))
    assert "Lovelace" not in made.card
    assert made.name == "Grace Hopper"
    assert made.card.startswith("BEGIN:VCARD\r\nVERSION:4.0\r\n")
    assert made.card.endswith("END:VCARD\r\n")


def test_nothing_changed_is_the_very_same_text() -> None:
    before = parsed()
    assert changed(before, contact("Ada Lovelace", phones=("+4420", "+4421"))) is before


def test_how_many_lines_are_kept_is_told() -> None:
    assert other_lines(parsed()) == 2
