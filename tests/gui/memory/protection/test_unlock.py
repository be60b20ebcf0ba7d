"""Opening a tag: one try a click, and what it leaves in memory and in the keyring."""

import keyring
from keyring.backends.fail import Keyring as NoKeyring
from PySide6.QtTest import QTest

from cardscope.memory.credentials import Credentials
from cardscope_gui.memory.protection.flow import Flow
from cardscope_gui.memory.review.review import Phase

from .conftest import CARD

UID = "04216216C01680"


def pwd_auths(made):
    return [command for command in made.bench.desk.commands if b"\x1b" in command]


def test_the_right_password_opens_the_memory_and_shows_the_pack(protected):
    made = protected(changes=CARD)
    tab = made.bench.tab
    assert 4 not in tab.document.base.pages
    made.unlock("43415244")
    assert tab.document.base.pages[4].hex() == "a500045a"
    assert "4F 4B" in tab.hint.words.text()
    assert made.protection.dialog is None
    assert made.silicon.auth_failures == 0
    opened = made.open(Flow.UNLOCK)
    assert "4F4B" in opened.state.accessibleName()


def test_a_password_can_be_typed_as_text(protected):
    made = protected(changes=CARD)
    dialog = made.open(Flow.UNLOCK)
    dialog.secret.notation.setCurrentIndex(1)
    dialog.secret.line.setText("CAR")
    assert not dialog.yes.isEnabled()
    assert dialog.secret.below.text() == "3 of 4 bytes"
    dialog.secret.line.setText("CARD")
    assert dialog.secret.below.text() == "In hex: 43415244"
    dialog.risk.tick()
    dialog.yes.click()
    made.bench.settle()
    assert 4 in made.bench.tab.document.base.pages


def test_nothing_is_tried_without_a_click(protected):
    made = protected(changes=CARD | {0x2A: "83050000"})
    made.open(Flow.UNLOCK).secret.line.setText("43415244")
    made.bench.settle()
    assert pwd_auths(made) == []
    assert made.bench.tab.opened.get(made.bench.desk.session) is None


def test_a_wrong_password_where_nothing_is_counted(protected):
    made = protected(changes={0x29: "04000029", 0x2B: b"CARD".hex()})
    dialog = made.unlock("43415245")
    assert made.protection.dialog is dialog
    assert "did not take the password" in dialog.problem.accessibleName()
    assert dialog.budget.isHidden()
    assert dialog.risk.isHidden()
    assert len(pwd_auths(made)) == 1
    dialog.secret.line.setText("43415244")
    dialog.yes.click()
    made.bench.settle()
    assert made.protection.dialog is None


def test_where_wrong_tries_count_each_is_agreed_to_by_itself(protected):
    made = protected(changes={0x29: "04000029", 0x2A: "03050000", 0x2B: b"CARD".hex()})
    dialog = made.open(Flow.UNLOCK)
    assert "3 wrong tries in a row lock the protected pages for ever" in dialog.budget.accessibleName()
    assert "not readable" in dialog.budget.accessibleName()
    dialog.secret.line.setText("43415245")
    assert not dialog.yes.isEnabled()
    dialog.secret.line.returnPressed.emit()
    made.bench.settle()
    assert made.silicon.auth_failures == 0
    dialog.risk.box.click()
    dialog.yes.click()
    made.bench.settle()
    assert made.silicon.auth_failures == 1
    assert "You have made 1 wrong try" in dialog.budget.accessibleName()
    assert not dialog.risk.on, "the next try is another effect"
    assert not dialog.yes.isEnabled()


def test_settings_that_cannot_be_read_may_count_tries(protected):
    made = protected(changes=CARD)
    dialog = made.open(Flow.UNLOCK)
    assert "unknown" in dialog.budget.accessibleName()
    dialog.secret.line.setText("43415244")
    assert not dialog.yes.isEnabled()


def test_it_is_remembered_until_the_tag_is_taken_away(protected):
    made = protected(changes=CARD)
    dialog = made.open(Flow.UNLOCK)
    dialog.risk.tick()
    dialog.secret.line.setText("43415244")
    dialog.yes.click()
    made.bench.settle()
    assert made.bench.tab.opened.get(made.bench.desk.session) is not None
    made.bench.stage({5: "00000000"})
    review = made.bench.review()
    assert review.review.phase is Phase.READY, "the review does not ask again"
    made.write(review)
    assert made.bench.page(5) == "00000000"
    made.bench.remove()
    made.bench.insert()
    assert made.bench.tab.opened.get(made.bench.desk.session) is None
    assert 4 not in made.bench.tab.document.base.pages


def test_locked_again_it_is_not_remembered(protected):
    made = protected(changes={0x29: "04000029", 0x2B: b"CARD".hex()})
    made.unlock("43415244")
    made.open(Flow.UNLOCK).lock_again.click()
    made.bench.settle()
    assert made.bench.tab.opened.get(made.bench.desk.session) is None


def test_the_form_goes_with_the_tag(protected):
    made = protected(changes=CARD)
    made.open(Flow.UNLOCK)
    made.bench.remove()
    assert made.protection.dialog is None


def test_the_keyring_gets_what_opened_the_tag_and_only_if_wanted(protected, keys):
    made = protected(changes={0x29: "04000029", 0x2B: b"CARD".hex(), 0x2C: "4F4B0000"})
    made.unlock("43415244")
    assert keys.held == {}
    dialog = made.open(Flow.UNLOCK)
    dialog.keep.tick()
    dialog.secret.line.setText("43415245")
    dialog.yes.click()
    made.bench.settle()
    assert keys.held == {}, "it did not open anything"
    dialog.secret.line.setText("43415244")
    dialog.yes.click()
    made.bench.settle()
    assert keys.held == {("CardScope", UID): "pwd 43415244 4F4B"}


def test_the_kept_password_is_offered_and_waits_for_a_click(protected, keys):
    keys.held["CardScope", UID] = "pwd 43415244 4F4B"
    made = protected(changes=CARD)
    dialog = made.open(Flow.UNLOCK)
    assert not dialog.use_kept.isHidden()
    assert not dialog.use_kept.isEnabled(), "the try may count"
    assert pwd_auths(made) == []
    dialog.risk.tick()
    dialog.use_kept.click()
    made.bench.settle()
    assert 4 in made.bench.tab.document.base.pages


def test_what_is_kept_can_be_taken_out(protected, keys):
    keys.held["CardScope", UID] = "pwd 43415244"
    made = protected(changes=CARD)
    dialog = made.open(Flow.UNLOCK)
    dialog.forget.click()
    made.bench.settle()
    assert keys.held == {}
    assert dialog.use_kept.isHidden()


def test_without_a_keyring_the_form_says_so(protected):
    keyring.set_keyring(NoKeyring())
    made = protected(changes=CARD)
    dialog = made.open(Flow.UNLOCK)
    assert not dialog.keep.box.isEnabled()
    assert "no keyring" in dialog.keep.box.accessibleDescription()


def test_a_key_opens_an_ultralight_c(protected):
    made = protected("mf0icu2", {0x2A: "04000000", 0x2B: "00000000"})
    assert 4 not in made.bench.tab.document.base.pages
    dialog = made.open(Flow.UNLOCK)
    assert dialog.risk.isHidden()
    dialog.secret.notation.setCurrentIndex(1)
    dialog.secret.line.setText("BREAKMEIFYOUCAN!")
    dialog.yes.click()
    made.bench.settle()
    assert 4 in made.bench.tab.document.base.pages


def test_the_secret_is_nowhere_in_words(protected, caplog):
    made = protected(changes={0x29: "04000029", 0x2A: "00050000", 0x2B: b"CARD".hex(), 0x2C: "4F4B0000"})
    with caplog.at_level("DEBUG"):
        made.unlock("43415244")
    opened = made.bench.tab.opened.get(made.bench.desk.session)
    assert opened is not None
    for text in (repr(opened), caplog.text, repr(made.bench.tab.document.base)):
        assert "43415244" not in text
        assert "CARD" not in text


def test_once_open_the_changes_do_not_want_the_password_any_more(protected):
    made = protected(changes={0x29: "04000004", 0x2B: b"CARD".hex()})
    made.bench.stage({5: "00000000"})
    QTest.qWait(1)
    assert made.bench.tab.assessment.secret
    made.unlock("43415244")
    QTest.qWait(1)
    assert not made.bench.tab.assessment.secret
    assert not made.bench.tab.assessment.refused


def test_what_does_not_open_it_any_more_is_not_tried_again(protected):
    made = protected(changes={0x29: "04000004", 0x2A: "07050000", 0x2B: b"CARD".hex()})
    made.bench.tab.opened.put(made.bench.desk.session, Credentials(b"CARE"))
    for _ in range(3):
        made.bench.tab.read()
        made.bench.settle()
    assert made.silicon.auth_failures == 1
    assert made.bench.tab.opened.get(made.bench.desk.session) is None
