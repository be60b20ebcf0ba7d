"""Forms: what is typed becomes a record, and what is wrong is told at its field."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from cardscope.ndef.contents import (
    AndroidApplication,
    Bluetooth,
    External,
    Media,
    SmartPoster,
    Text,
    Uri,
    Wifi,
)
from cardscope.ndef.encoding import ContentError, contact, record_of
from cardscope_gui.ndef.forms.data_form import DataForm
from cardscope_gui.ndef.forms.form import FieldError
from cardscope_gui.ndef.forms.kinds import form_for, kinds
from cardscope_gui.ndef.forms.short_forms import full_address
from cardscope_gui.ndef.forms.wifi_form import WifiForm

CONTENTS = [
    Uri("https://example.org/a?b=c#d"),
    Uri("http://example.org"),
    Uri("tel:+49123"),
    Uri("mailto:a@example.org?subject=x"),
    Uri("sms:+49123?body=hello%20you"),
    Uri("geo:48.1,11.6"),
    Uri("example"),
    Text("Grüße\nund mehr", "de"),
    Text("wide", "en", utf16=True),
    contact("Ada", phones=("+44", "+45"), mails=("a@b.org",), organisation="X; Y", link="https://a.org"),
    Wifi("Home", "12345678"),
    Wifi("Cafe", "", "Open", "None"),
    Wifi("Old", "12345678", "WPA-Personal", "TKIP"),
    Wifi("Odd", "12345678", "WPA2-Personal", "AES/TKIP"),
    Wifi("Work", "", "WPA2-Enterprise", "AES"),
    Bluetooth("00:1A:7D:DA:71:13", "Headset"),
    Bluetooth("00:1A:7D:DA:71:13", "", low_energy=True),
    AndroidApplication("org.example.app"),
    SmartPoster(
        "https://example.org", (("en", "Title"), ("de", "Titel")), "save", "image/png", b"icon", 12, "text/html"
    ),
    SmartPoster("tel:+49123"),
    Media("text/plain", b"hello"),
    Media("text/plain", b"two\r\nlines"),
    Media("application/json", b'{"a": 1}'),
    Media("application/octet-stream", bytes(range(256))),
    External("example.org:x", b"\x00\x01"),
]


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: repr(content)[:40])
def test_a_form_gives_back_what_it_was_given(qtbot: QtBot, content) -> None:
    made = form_for(content)
    assert made is not None
    form = made()
    qtbot.addWidget(form)
    form.show_content(content)
    if content == Uri("example"):
        # No URI: it is shown as it is, and has to be put right before anything else can be changed.
        with pytest.raises(FieldError, match="begins with https://"):
            form.content()
        return
    assert form.content() == content


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.words)
def test_an_empty_form_says_what_it_needs_at_a_field_and_not_as_a_mistake(qtbot: QtBot, kind) -> None:
    form = kind.form()
    qtbot.addWidget(form)
    form.show_content(None)
    if isinstance(form, DataForm):
        assert form.content() == Media("text/plain", b"")
        return
    with pytest.raises(ContentError) as raised:
        record_of(form.content())
    assert form.blamed(raised.value) in form.fields
    assert str(raised.value).endswith((".", "…"))


@pytest.mark.parametrize(
    ("kind", "typed", "uri"),
    [
        ("web", "example.org", "https://example.org"),
        ("web", " http://example.org/x ", "http://example.org/x"),
        ("tel", "+49 (89) 12-34.5", "+49 (89) 12-34.5"),
        ("mailto", "a@b.org", "mailto:a@b.org"),
        ("sms", "0171 123?body=x", "sms:0171123?body=x"),
        ("other", "bitcoin:abc", "bitcoin:abc"),
    ],
)
def test_addresses_as_people_type_them(kind: str, typed: str, uri: str) -> None:
    expected = "tel:+498912345" if kind == "tel" else uri
    assert full_address(kind, typed) == expected


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("web", ""),
        ("web", "https://"),
        ("web", "https:///path"),
        ("web", "https://a b"),
        ("tel", "none"),
        ("tel", "+"),
        ("mailto", "nobody"),
        ("mailto", "@b"),
        ("sms", "x"),
        ("other", "no colon"),
        ("other", "a:b c"),
    ],
)
def test_addresses_that_are_none(kind: str, typed: str) -> None:
    with pytest.raises(FieldError) as raised:
        full_address(kind, typed)
    assert raised.value.field == "address"


@pytest.mark.parametrize(
    ("ssid", "key", "field"), [("", "12345678", "ssid"), ("x" * 33, "12345678", "ssid"), ("Home", "1234567", "key")]
)
def test_the_wrong_field_of_a_network_is_named(qtbot: QtBot, ssid: str, key: str, field: str) -> None:
    form = WifiForm()
    qtbot.addWidget(form)
    form.show_content(Wifi(ssid, key))
    with pytest.raises(ContentError) as raised:
        record_of(form.content())
    assert form.blamed(raised.value) == field


def test_a_key_is_masked_until_it_is_shown(qtbot: QtBot) -> None:
    form = WifiForm()
    qtbot.addWidget(form)
    form.show_content(Wifi("Home", "12345678"))
    key = form.fields["key"]
    assert isinstance(key, QLineEdit)
    assert key.echoMode() is QLineEdit.EchoMode.Password
    form.show_key.click()
    assert key.echoMode() is QLineEdit.EchoMode.Normal
    form.show_content(Wifi("Other", "12345678"))
    assert key.echoMode() is QLineEdit.EchoMode.Password


def test_the_address_of_a_store_page_names_its_application(qtbot: QtBot) -> None:
    form = next(kind for kind in kinds() if kind.icon == "apps").form()
    qtbot.addWidget(form)
    form.show_content(None)
    form.fields["package"].setText("https://play.google.com/store/apps/details?id=org.example.app&hl=de")  # type: ignore[attr-defined]
    assert form.content() == AndroidApplication("org.example.app")


def test_data_from_a_file(qtbot: QtBot, tmp_path: Path) -> None:
    form = DataForm()
    qtbot.addWidget(form)
    form.show_content(None)
    (tmp_path / "a.json").write_bytes(b"[1]")
    form.take_file(tmp_path / "a.json")
    assert form.content() == Media("application/json", b"[1]")
    (tmp_path / "large.bin").write_bytes(bytes(40_000))
    form.take_file(tmp_path / "large.bin")
    assert form.content() == Media("application/json", b"[1]")
    assert "more than" in form.problem("text")
    form.take_file(tmp_path / "not there")
    assert "could not be read" in form.problem("text")
