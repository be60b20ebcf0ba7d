"""The guided plans, from the menu to what the silicon holds."""

import pytest
from PySide6.QtTest import QTest

from cardscope.memory.credentials import Credentials
from cardscope_gui.memory.protection.flow import Flow
from cardscope_gui.memory.review.review import Phase

from .conftest import CARD

UID = "04216216C01680"
CFG0, CFG1, PWD, PACK = 0x29, 0x2A, 0x2B, 0x2C
OPEN_TO_READ = {CFG0: "04000004", CFG1: "00050000", PWD: b"CARD".hex(), PACK: "4F4B0000"}
"""Writing from page 4 on needs the password; everyone may read."""


def held(made):
    return [made.bench.page(page) for page in (CFG0, CFG1, PWD, PACK)]


def opened(made):
    return made.bench.tab.opened.get(made.bench.desk.session)


def test_a_password_is_set_tested_and_protects_itself(protected):
    made = protected()
    dialog = made.open(Flow.SET)
    assert not dialog.yes.isEnabled()
    assert "recommended" in dialog.itself.box.accessibleName()
    dialog.new.secret.line.setText("43415244")
    dialog.new.pack.line.setText("4F4B")
    review = made.plan(dialog)
    document = made.bench.tab.document
    assert document.staged == {CFG0, PWD, PACK}
    assert document.stack.count() == 1, "one step to undo"
    assert review.review.phase is Phase.READY
    assert made.bench.page(PWD) == "FFFFFFFF"
    assert review.review.plan.approve is None
    made.write(review)
    assert [made.bench.page(page) for page in (CFG0, CFG1, PWD, PACK)] == [
        "0400002B",
        "00050000",
        "43415244",
        "4F4B0000",
    ]
    assert not document.staged
    assert opened(made) == Credentials(b"CARD", b"OK"), "the plan has proven it"


def test_without_protecting_itself_it_is_said_what_that_means(protected):
    made = protected()
    dialog = made.open(Flow.SET)
    dialog.new.secret.line.setText("43415244")
    dialog.itself.box.click()
    assert "anybody can write another one" in dialog.problem.accessibleName()
    made.write(made.plan(dialog))
    assert (made.bench.page(CFG0), made.bench.page(PWD)) == ("040000FF", "43415244")


@pytest.mark.parametrize(("typed", "said"), [("FFFFFFFF", "everybody knows it"), ("00000000", "first to be guessed")])
def test_passwords_that_are_none_are_named(protected, typed, said):
    dialog = protected().open(Flow.SET)
    dialog.new.secret.line.setText(typed)
    assert said in dialog.problem.accessibleName()


def test_undo_takes_the_whole_form_back(protected):
    made = protected()
    dialog = made.open(Flow.SET)
    dialog.new.secret.line.setText("43415244")
    made.plan(dialog).reject()
    made.bench.tab.document.stack.undo()
    assert not made.bench.tab.document.staged


def test_a_password_is_changed_and_what_is_kept_with_it(protected, keys):
    keys.held["CardScope", UID] = "pwd 43415244 4F4B"
    made = protected(changes=OPEN_TO_READ)
    made.open(Flow.UNLOCK).use_kept.click()
    made.bench.settle()
    dialog = made.open(Flow.CHANGE)
    assert dialog.itself.isHidden(), "it is protected already"
    dialog.new.secret.line.setText("4E455854")
    dialog.new.pack.line.setText("AAAA")
    made.write(made.plan(dialog))
    assert (made.bench.page(PWD), made.bench.page(PACK)) == ("4E455854", "AAAA0000")
    assert opened(made) == Credentials(b"NEXT", b"\xaa\xaa")
    assert keys.held == {("CardScope", UID): "pwd 4E455854 AAAA"}
    made.bench.tab.read()
    made.bench.settle()
    assert made.silicon.auth_failures == 0


def test_a_tag_that_was_not_unlocked_has_the_review_ask(protected):
    made = protected(changes=OPEN_TO_READ)
    dialog = made.open(Flow.CHANGE)
    dialog.new.secret.line.setText("4E455854")
    review = made.plan(dialog)
    assert review.review.phase is Phase.SECRET
    review.side.secret.secret.line.setText("43415244")
    review.side.secret.use.click()
    made.bench.settle()
    made.write(review)
    assert made.bench.page(PWD) == "4E455854"


def test_an_interrupted_change_leaves_nothing_to_be_tried_again(protected):
    made = protected(changes=OPEN_TO_READ)
    made.unlock("43415244")
    session = made.bench.desk.session
    dialog = made.open(Flow.CHANGE)
    dialog.new.secret.line.setText("4E455854")
    review = made.plan(dialog)
    made.bench.tab.opened.settle(session, review.review.plan, None)
    assert opened(made) is None


def test_protection_is_removed_and_the_password_of_delivery_put_back(protected):
    made = protected(changes=CARD)
    assert made.menu()["Remove protection…"] == "unlock first"
    made.unlock("43415244")
    review = made.plan(made.open(Flow.REMOVE))
    made.write(review)
    assert [made.bench.page(page) for page in (CFG0, CFG1, PWD, PACK)] == [
        "040000FF",
        "00050000",
        "FFFFFFFF",
        "00000000",
    ]


def test_protection_is_removed_and_the_password_stays(protected):
    made = protected(changes=OPEN_TO_READ)
    made.unlock("43415244")
    dialog = made.open(Flow.REMOVE)
    dialog.delivered.box.click()
    made.write(made.plan(dialog))
    assert [made.bench.page(page) for page in (CFG0, PWD)] == ["040000FF", "43415244"]


@pytest.mark.parametrize(
    ("place", "reading", "cfg0", "cfg1"),
    [(0, False, "04000004", "00050000"), (1, True, "04000029", "80050000"), (2, False, "0400002B", "00050000")],
)
def test_pages_are_protected_with_a_new_password(protected, place, reading, cfg0, cfg1):
    made = protected()
    dialog = made.open(Flow.PROTECT)
    assert dialog.renew.on
    dialog.range.setCurrentIndex(place)
    dialog.what.setCurrentIndex(int(reading))
    assert not dialog.yes.isEnabled()
    dialog.new.secret.line.setText("43415244")
    made.write(made.plan(dialog))
    assert (made.bench.page(CFG0), made.bench.page(CFG1), made.bench.page(PWD)) == (cfg0, cfg1, "43415244")


def test_any_first_page_can_be_typed_and_bad_ones_are_named(protected):
    dialog = protected().open(Flow.PROTECT)
    dialog.renew.box.click()
    dialog.range.setCurrentIndex(3)
    assert not dialog.yes.isEnabled()
    for text, said in (
        ("2", "no NDEF message"),
        ("0x2C", "another one over it"),
        ("200", "begins at page 44 at the latest"),
    ):
        dialog.page.setText(text)
        assert said in dialog.problem.accessibleName(), text
    assert not dialog.yes.isEnabled()
    dialog.page.setText("0x10")
    assert dialog.wanted().page(CFG0).hex() == "04000010"


def test_a_limit_on_tries_is_named_where_it_is_set(protected):
    made = protected(changes={CFG1: "03050000"})
    dialog = made.open(Flow.PROTECT)
    dialog.new.secret.line.setText("43415244")
    assert "3 wrong" not in dialog.problem.accessibleName()
    assert "AUTHLIM is 3" in dialog.problem.accessibleName()


def test_pages_are_locked_in_the_chip_s_own_groups(protected):
    made = protected()
    dialog = made.open(Flow.LOCK_PAGES)
    rows = {(pages.start, pages.stop): row for pages, row in dialog.groups}
    assert (16, 18) in rows, "NTAG213 locks two pages with each bit from page 16 on"
    assert (4, 5) in rows
    assert not dialog.yes.isEnabled()
    rows[16, 18].box.click()
    rows[4, 5].box.click()
    assert dialog.effect.accessibleName() == "Read-only for ever: pages 4 and 16 to 17, 12 bytes."
    review = made.plan(dialog)
    assert not review.write.isEnabled()
    made.agree(review)
    made.write(review)
    assert made.bench.page(2)[4:] == "1000"
    assert made.bench.page(0x28)[:6] == "010000"
    rows = {(pages.start, pages.stop): row for pages, row in made.open(Flow.LOCK_PAGES).groups}
    assert not rows[16, 18].isEnabled()
    assert "locked for ever" in rows[16, 18].box.accessibleDescription()


def test_all_user_memory_leaves_page_3_alone(protected):
    dialog = protected().open(Flow.LOCK_PAGES)
    dialog._user.click()
    assert dialog.chosen == list(range(4, 0x28))
    assert 3 not in dialog.chosen


def test_locks_are_frozen(protected):
    made = protected(changes={2: "40481000"})
    dialog = made.open(Flow.FREEZE_LOCKS)
    review = made.plan(dialog)
    made.agree(review)
    made.write(review)
    assert made.bench.page(2)[4:] == "1700"
    assert made.bench.page(0x28)[4:6] == "3F"
    offers = made.menu()
    assert offers["Freeze locks…"] == "all are frozen"
    assert offers["Lock pages…"] == "none left"


def test_the_configuration_is_frozen_as_the_form_shows_it(protected):
    made = protected()
    dialog = made.open(Flow.FREEZE_CONFIGURATION)
    assert "everyone can set the password for ever" in dialog.problem.accessibleName()
    review = made.plan(dialog)
    made.agree(review)
    made.write(review)
    assert made.bench.page(CFG1) == "40050000"
    assert made.menu()["Freeze configuration…"] == "already frozen"
    assert made.menu()["Protect pages…"] == "settings are frozen for ever"


def test_no_other_form_freezes_the_configuration_or_limits_tries(protected):
    made = protected()
    for flow in (Flow.SET, Flow.PROTECT):
        dialog = made.open(flow)
        dialog.new.secret.line.setText("43415244")
        assert dialog.wanted().page(CFG1)[0] & 0x7F == 0
        dialog.reject()
        QTest.qWait(1)


def test_a_key_is_set_and_protects_itself(protected):
    made = protected("mf0icu2")
    dialog = made.open(Flow.SET)
    assert dialog.new.pack is None
    key = bytes(range(16))
    dialog.new.secret.line.setText(key.hex())
    made.write(made.plan(dialog))
    assert [made.bench.page(page) for page in (0x2C, 0x2F, 0x2A)] == ["00010203", "0C0D0E0F", "2C000000"]
    assert opened(made) == Credentials(key=key)
    made.write(made.plan(made.open(Flow.REMOVE)))
    assert made.bench.page(0x2A) == "30000000"


@pytest.mark.parametrize(
    ("chip", "offered"),
    [
        ("mf0icu1", ["Lock pages…", "Freeze locks…"]),
        ("nt3h2111", ["Unlock for this session…", "Set password…", "Change password…", "Remove protection…",
                      "Protect pages…", "Lock pages…", "Freeze locks…"]),
        ("mf0icu2", ["Unlock for this session…", "Set key…", "Change key…", "Remove protection…", "Protect pages…",
                     "Lock pages…", "Freeze locks…"]),
    ],
)  # fmt: skip
def test_only_what_the_chip_has_is_offered(protected, chip, offered):
    assert list(protected(chip).menu()) == offered


def test_a_reader_that_passes_no_password_on_leaves_the_locks(protected):
    offers = protected(model="generic").menu()
    assert {words for words, why in offers.items() if not why} == {
        "Lock pages…",
        "Freeze locks…",
        "Freeze configuration…",
    }
    assert offers["Unlock for this session…"] == "this reader passes no password on"


def test_what_is_impossible_now_says_why(protected):
    fresh = protected().menu()
    assert fresh["Change password…"] == "nothing is protected yet"
    assert fresh["Remove protection…"] == "nothing is protected"
    assert fresh["Set password…"] == ""
    closed = protected(changes=OPEN_TO_READ).menu()
    assert closed["Set password…"] == "something is protected: change it"
    assert closed["Change password…"] == ""


def test_a_new_password_is_in_no_journal_and_no_backup(protected):
    made = protected()
    dialog = made.open(Flow.SET)
    dialog.new.secret.line.setText("C0FFEE42")
    made.write(made.plan(dialog))
    kept = made.bench.run(made.bench.store.call(lambda connection: "\n".join(connection.iterdump())))
    assert UID in kept.upper()
    for spelled in ("C0FFEE42", "WP/UQG"):
        assert spelled not in kept.upper().replace(" ", ""), spelled
