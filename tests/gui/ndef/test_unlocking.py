"""A tag whose message cannot be read without the password: the tab leads to it, and asks for it no more once known."""

from cardscope.memory.credentials import Credentials
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.protection.flow import Flow
from cardscope_gui.memory.tab import MemoryTab
from cardscope_gui.ndef.tag_source import TagSource, Unlocking

from .conftest import blank, tag
from .test_tab import TEXT


def test_a_message_behind_a_password_is_led_to_and_unlocked(desk) -> None:
    desk.insert("ntag213-password")
    tab = desk.ndef
    (memory,) = desk.window.findChildren(MemoryTab)
    if memory.document is None:
        memory.read()
    assert tab.nothing.title.text() == "The message could not be read"
    assert tab.nothing.button.text() == "Unlock…"
    tab.nothing.button.click()
    dialog = memory.protection.dialog
    assert dialog is not None
    dialog.reject()
    memory.opened.put(memory.session, Credentials(b"CARD"))
    memory.read_opened()
    assert isinstance(tab.source, TagSource)
    assert tab.source.blank is None
    assert not tab.source.view.note
    memory.opened.put(memory.session, None)
    assert "needs its password" in tab.source.view.note


def test_without_a_way_to_unlock_no_button_is_there() -> None:
    closed = MemoryDocument(blank(unreadable={3: "The password is needed."}))
    blank_ = TagSource(closed).blank
    assert blank_ is not None
    assert not blank_.button
    ways: list[Flow] = []
    source = TagSource(closed, unlock=lambda: Unlocking(act=lambda: ways.append(Flow.UNLOCK)))
    assert source.blank is not None
    assert source.blank.act is not None
    source.blank.act()
    assert (source.blank.button, ways) == ("Unlock…", [Flow.UNLOCK])


def test_a_message_that_is_cut_by_the_password_offers_to_unlock() -> None:
    whole = tag(TEXT)
    pages = {page: content for page, content in whole.pages.items() if page < 6}
    partly = type(whole)(whole.chip, pages, unreadable={6: "The password is needed."})
    source = TagSource(MemoryDocument(partly), unlock=lambda: Unlocking(act=lambda: None))
    assert [offer.words for offer in source.offers()] == ["Unlock…"]
