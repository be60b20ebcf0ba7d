"""The page of a card that is being identified: parts, sentences, badges."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from cardscope.identify.identification import Identification
from cardscope.readers.protocol import ReaderKind, ReaderState, ReaderStatus
from cardscope.session import CardSession
from cardscope_gui.card.panel import CardPanel
from cardscope_gui.header.panel import HeaderPanel

Identify = Callable[..., tuple[CardSession, list[Identification]]]


@pytest.fixture
def panel(qtbot: QtBot) -> CardPanel:
    made = CardPanel()
    qtbot.addWidget(made)
    made.resize(1100, 640)
    made.show()
    qtbot.waitExposed(made)
    return made


def names(panel: CardPanel) -> list[str]:
    return [panel.parts.strip.tabText(at) for at in range(panel.parts.strip.count())]


def test_the_page_fills_as_more_becomes_known(panel: CardPanel, identified: Identify) -> None:
    session, stages = identified("ntag216-url")
    panel.show_session(session)
    assert names(panel) == ["ATR"]
    assert not panel.side.sentences.shown
    seen: list[list[str]] = []
    for known in stages:
        panel.show_identification(known)
        seen.append(names(panel))
        assert panel.side.progress.isVisibleTo(panel) == (not known.complete)
    assert ["ATR", "UID", "Version"] in seen
    assert seen[-1] == [
        "ATR", "Version", "UID", "Static locks", "CC", "Dynamic locks", "CFG0", "CFG1", "Signature",
    ]  # fmt: skip
    assert panel.side.sentences.shown[0] == "NTAG216 by NXP, 888 bytes of user memory."
    assert "Pages 3 to 15 can be locked by anyone, nothing is locked yet." in panel.side.sentences.shown


def test_the_chosen_part_stays_while_others_come(panel: CardPanel, identified: Identify) -> None:
    session, stages = identified("ntag216")
    panel.show_session(session)
    early = next(known for known in stages if known.version_response and known.state is None)
    panel.show_identification(early)
    panel.parts.choose("version")
    panel.show_identification(stages[-1])
    assert panel.parts.title.text() == "Chip version (GET_VERSION)"
    assert panel.parts.strip.tabText(panel.parts.strip.currentIndex()) == "Version"
    shown = panel.parts.shown
    assert shown is not None
    assert shown.data.hex().upper() == "D5430000040402010013039000", "the reader's wrapping included"


def test_every_part_shows_its_bytes_and_can_be_copied(panel: CardPanel, identified: Identify) -> None:
    session, stages = identified("ntag216-implant")
    panel.show_session(session)
    panel.show_identification(stages[-1])
    as_hex, as_text, as_json = panel.parts.copy_menu.actions()
    for position in range(panel.parts.strip.count()):
        panel.parts.strip.setCurrentIndex(position)
        part = panel.parts.shown
        assert part is not None
        as_hex.trigger()
        assert bytes.fromhex(QGuiApplication.clipboard().text()) == part.data
        as_text.trigger()
        assert QGuiApplication.clipboard().text().startswith(part.title)
        as_json.trigger()
        assert json.loads(QGuiApplication.clipboard().text())["hex"] == part.data.hex().upper()


def test_an_implant_is_recognised_and_what_is_for_ever_is_named(panel: CardPanel, identified: Identify) -> None:
    session, stages = identified("ntag216-implant")
    panel.show_session(session)
    panel.show_identification(stages[-1])
    assert any("It is healthy." in sentence for sentence in panel.side.sentences.shown)
    assert any("Page 3" in sentence for sentence in panel.side.permanent.shown)


def test_a_tag_that_counts_its_reads_is_read_only_when_the_user_says_so(
    qtbot: QtBot, panel: CardPanel, identified: Identify
) -> None:
    session, stages = identified("ntag216")
    panel.show_session(session)
    panel.show_identification(stages[-1])
    assert not panel.count.isVisibleTo(panel)
    sentence = "Reading its memory counts the NFC counter up by one for ever."
    panel.show_identification(replace(stages[-1], withheld=sentence, summary=("NTAG216.", sentence)))
    assert panel.side.withheld.shown == (sentence,)
    assert panel.side.sentences.shown == ("NTAG216.",)
    with qtbot.waitSignal(panel.count_wanted):
        panel.count.click()


def test_how_it_is_known_is_said_once(panel: CardPanel, identified: Identify) -> None:
    session, stages = identified("ntag216", "generic")
    panel.show_session(session)
    panel.show_identification(stages[-1])
    assert panel.side.sentences.shown[0].startswith("Probably")
    assert panel.side.reasons.shown
    assert not set(panel.side.reasons.shown) & set(panel.side.sentences.shown)


def test_what_was_learned_of_a_card_that_is_gone_stays_and_is_marked(panel: CardPanel, identified: Identify) -> None:
    session, stages = identified("ntag216")
    panel.show_session(session)
    half = replace(stages[-1], complete=False, interrupted="The card was removed.", summary=("Not all.", "NTAG216."))
    panel.show_left(half)
    assert panel.side.caution.shown == ("Not all.",)
    assert panel.side.sentences.shown == ("NTAG216.",)
    assert len(names(panel)) > 1
    assert not panel.again.isEnabled()


def test_the_next_card_shows_nothing_of_the_last(panel: CardPanel, identified: Identify) -> None:
    session, stages = identified("ntag216")
    panel.show_session(session)
    panel.show_identification(stages[-1])
    other, _ = identified("teaching")
    panel.show_session(other)
    assert names(panel) == ["ATR"]
    for part in (panel.side.sentences, panel.side.permanent, panel.side.reasons, panel.side.caution):
        assert part.shown == ()


def test_applications_are_offered_for_cards_that_speak_apdus_only(panel: CardPanel, identified: Identify) -> None:
    session, stages = identified("ntag216")
    panel.show_session(session)
    panel.show_identification(stages[-1])
    assert not panel.applications.isVisibleTo(panel)
    session, stages = identified("teaching-contactless", applications=True)
    panel.show_session(session)
    panel.show_identification(stages[-1])
    assert panel.applications.isVisibleTo(panel)
    assert any("NDEF" in name for name in names(panel))


def test_everything_known_is_copied_with_the_keys_of_the_command_line(panel: CardPanel, identified: Identify) -> None:
    session, stages = identified("ntag213-password")
    panel.show_session(session)
    panel.show_identification(stages[-1])
    panel.copy_json()
    copied = json.loads(QGuiApplication.clipboard().text())
    assert copied["atr"]["hex"] == session.atr.hex().upper()
    assert copied["chip"]["name"] == "NTAG213"
    panel.copy_text()
    assert "NTAG213" in QGuiApplication.clipboard().text()


def test_without_a_list_of_atrs_the_page_says_how_to_get_one(panel: CardPanel, identified: Identify) -> None:
    session, _ = identified("ntag216")
    panel.show_session(session)
    panel.show_list(None, "There is no list. Install pcsc-tools.")
    assert panel.side.matches.shown == ("There is no list. Install pcsc-tools.",)
    assert panel.choose_list.isVisibleTo(panel)


@pytest.mark.parametrize(
    ("card", "badges"),
    [
        ("ntag216", ["Test signature", "Lock bits open", "No password"]),
        ("ntag216-implant", ["Test signature", "Lock bits frozen", "Password"]),
        ("ntag215-locked", ["Test signature", "Read-only", "No password"]),
        ("ntag215-half-locked", ["Test signature", "Partly locked", "No password"]),
        ("ntag213-clone", ["Unknown signature", "Lock bits open", "No password"]),
        ("ntag213-password", ["Test signature", "Lock bits open", "Password"]),
        ("mf0icu1", ["Lock bits open"]),
    ],
)
def test_the_header_says_what_matters_most(qtbot: QtBot, identified: Identify, card: str, badges: list[str]) -> None:
    header = HeaderPanel()
    qtbot.addWidget(header)
    header.resize(1160, 84)
    session, stages = identified(card)
    status = ReaderStatus("Virtual reader", ReaderKind.VIRTUAL, ReaderState.PRESENT, session.atr)
    header.show_session(session, status, stages[-1])
    assert header.badges.shown == badges
    header.show_session(session, status, None)
    assert header.badges.shown == []


def test_the_header_shows_how_full_the_tag_is(qtbot: QtBot, identified: Identify) -> None:
    header = HeaderPanel()
    qtbot.addWidget(header)
    session, stages = identified("ntag216-url")
    status = ReaderStatus("Virtual reader", ReaderKind.VIRTUAL, ReaderState.PRESENT, session.atr)
    header.show_session(session, status, stages[-1])
    assert header.ndef.value.text() == "26 of 868 bytes"
    assert header.atr.isHidden()
