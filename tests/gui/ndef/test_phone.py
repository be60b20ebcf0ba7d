"""What phones are said to do: Android by the first record and application records, iPhones by the first link."""

import pytest

from cardscope.ndef.contents import (
    AndroidApplication,
    Bluetooth,
    Contact,
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
from cardscope_gui.ndef.phone import expectation

LINK = Uri("https://example.org/a")


@pytest.mark.parametrize(
    ("content", "android"),
    [
        (LINK, "Opens https://example.org/a in the browser."),
        (Uri("tel:+4989"), "Opens the dialler with +4989."),
        (Uri("mailto:a@b.org?subject=x"), "Begins an e-mail to a@b.org."),
        (Uri("sms:+4989?body=x"), "Begins a text message to +4989."),
        (Wifi("Home", "12345678"), "Offers to join the network Home."),
        (Contact("", "Ada"), "Offers to add Ada to the contacts."),
        (Bluetooth("00:1A:7D:DA:71:13", "Box"), "Offers to pair with Box."),
        (AndroidApplication("org.example"), "Opens the application org.example, or its page in the store."),
        (SmartPoster("https://example.org"), "Opens https://example.org in the browser."),
        (Empty(), "Does nothing by itself."),
        (WellKnown("Hs", b""), "Does nothing by itself."),
        (Unknown(b"x"), "Does nothing by itself."),
    ],
)
def test_android_goes_by_the_record(content, android) -> None:
    assert expectation([content]).android == android


def test_android_goes_by_the_first_record_and_by_application_records_anywhere() -> None:
    first = "Opens https://example.org/a in the browser. It goes by the first record alone."
    assert expectation([LINK, Wifi("Home", "12345678")]).android == first
    assert "network" in expectation([Wifi("Home", "12345678"), LINK]).android
    assert "org.example" in expectation([LINK, Text("x"), AndroidApplication("org.example")]).android


def test_iphones_take_the_first_link_wherever_it_is() -> None:
    assert "https://example.org/a" in expectation([Wifi("Home", "12345678"), LINK]).iphone


@pytest.mark.parametrize(
    "content",
    [
        Wifi("Home", "12345678"),
        Text("x"),
        Contact("", "Ada"),
        Bluetooth("00:1A:7D:DA:71:13"),
        Media("text/plain", b"x"),
        External("a:b", b""),
        SmartPoster("https://example.org"),
        AndroidApplication("org.example"),
        Uri("geo:1,2"),
        Empty(),
    ],
)
def test_iphones_do_nothing_with_all_else_and_that_is_said(content) -> None:
    assert expectation([content]).iphone.startswith("Does nothing")


def test_a_key_is_never_in_it() -> None:
    assert "secret88" not in "".join(expectation([Wifi("Home", "secret88")]))
