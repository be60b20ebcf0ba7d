"""The tab on a tag: list and form, keys, what is refused, and the step with the Memory tab."""

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from cardscope.ndef.contents import Empty, External, Media, SmartPoster, Text, Unknown, Uri, WellKnown, Wifi
from cardscope.ndef.encoding import contact
from cardscope.ndef.message import NdefRecord, Tnf
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.ndef.data_view import DataView, read_picture
from cardscope_gui.ndef.entries import Entry
from cardscope_gui.ndef.forms.contact_form import ContactForm
from cardscope_gui.ndef.forms.short_forms import LinkForm, TextForm

from .conftest import Shown, blank, message, press, tag

LINK, TEXT = Uri("https://example.org"), Text("hello")
EVERY = (
    LINK,
    TEXT,
    SmartPoster("https://a.org", (("en", "A"),)),
    Wifi("Home", "secret88"),
    contact("Ada"),
    Media("application/json", b'{"a": [1]}'),
    External("a.org:x", b"\x01"),
    WellKnown("Hs", b"\x12"),
    Empty(),
    Unknown(b"data"),
)


def test_every_record_is_a_card_with_kind_type_and_gist(show) -> None:
    shown = show(tag(*EVERY, chip="ntag216"))
    entries = shown.tab.model.entries
    assert [entry.kind for entry in entries] == [
        "Link",
        "Text",
        "Smart poster",
        "Wi-Fi network",
        "Contact",
        "Data",
        "Data of an application",
        "Handover select",
        "Empty record",
        "Data of unknown type",
    ]
    assert [entry.technical for entry in entries][:4] == [
        "urn:nfc:wkt:U",
        "urn:nfc:wkt:T",
        "urn:nfc:wkt:Sp",
        "application/vnd.wfa.wsc",
    ]
    assert entries[0].gist == "https://example.org"
    assert not any("secret88" in entry.spoken for entry in entries)
    for row in range(len(entries)):
        shown.records.set_row(row)
        assert shown.tab.pane.title.text() == entries[row].kind


def test_the_bytes_of_the_current_record_are_marked(show, qtbot) -> None:
    shown = show(tag(LINK, TEXT))
    shown.tab.resize(1150, 700)
    shown.records.set_row(1)
    fields = shown.tab.pane.bytes.fields

    def marked() -> bytes:
        start, end = fields.bytes.current_span
        return shown.tab.source.view.data[start:end]

    qtbot.waitUntil(lambda: marked() == b"\x51\x01\x08T\x02enhello")
    field = fields.model.field_of(fields.tree.currentIndex())
    assert field is not None
    assert field.name == "Record 2: Text"


def test_show_in_memory_tells_page_and_byte(show) -> None:
    shown = show(tag(LINK))
    shown.tab.resize(1150, 700)
    wanted: list[tuple[int, int]] = []
    shown.tab.memory_wanted.connect(lambda page, offset: wanted.append((page, offset)))
    shown.tab.pane.bytes.show_in_memory.click()
    # Behind 5 bytes of control TLV, tag and length.
    assert wanted == [(5, 3)]


def test_typing_stages_each_valid_state_as_one_step(show) -> None:
    shown = show(tag(LINK))
    shown.type("address", "https://b.org/x")
    assert shown.message == message(Uri("https://b.org/x"))
    assert shown.document.stack.count() == 1
    shown.document.stack.undo()
    assert shown.message == message(LINK)
    field = shown.form.fields["address"]
    assert isinstance(field, QLineEdit)
    assert field.text() == "https://example.org"


def test_leaving_a_field_begins_another_step(show) -> None:
    shown = show(tag(TEXT))
    shown.type("text", "a")
    shown.type("language", "de")
    assert shown.message == message(Text("a", "de"))
    assert shown.document.stack.count() == 2


def test_invalid_input_is_told_at_the_field_and_stages_nothing(show) -> None:
    shown = show(tag(TEXT))
    shown.type("language", "not a code")
    assert "language code" in shown.form.problem("language")
    # "not" was a code, on the way to something that is none.
    assert shown.message == message(TEXT)
    assert not shown.document.staged
    assert shown.form.fields["language"].text() == "not a code"
    shown.type("language", "fr")
    assert "language code" not in shown.form.problem("language")


def test_the_cursor_stays_while_typing(show) -> None:
    shown = show(tag(LINK))
    field = shown.form.fields["address"]
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.setCursorPosition(8)
    press(field, Qt.Key.Key_X)
    assert (field.text(), field.cursorPosition()) == ("https://xexample.org", 9)
    assert shown.message == message(Uri("https://xexample.org"))


def test_too_long_is_told_where_it_happens_and_not_staged(show) -> None:
    shown = show(tag(TEXT))
    shown.form.fields["text"].setPlainText("x" * 200)
    assert shown.message == message(TEXT)
    assert "holds 137" in shown.tab.pane.refusal.words.accessibleName()
    assert shown.tab.pane.refusal.isVisible()
    room = shown.tab.records.room
    assert room.words.text() == "70 too many"
    assert room.accessibleName() == "Room for NDEF: 207 of 137 bytes: 70 too many"
    shown.form.fields["text"].setPlainText("short")
    assert shown.tab.pane.refusal.isHidden()
    assert shown.tab.records.room.words.text() == "12 of 137 bytes"


def test_a_new_record_becomes_one_once_it_says_something(show) -> None:
    shown = show(tag(LINK))
    shown.add("Text")
    assert isinstance(shown.form, TextForm)
    assert shown.kinds[-1] == ("Text", "Not complete. Give a text.")
    assert not shown.document.staged
    form = shown.form
    shown.type("text", "hi")
    assert shown.form is form
    assert shown.message == message(LINK, Text("hi"))
    assert len(shown.kinds) == 2
    assert shown.records.row == 1
    assert shown.document.stack.count() == 1
    shown.document.stack.undo()
    assert shown.kinds == [("Link", "https://example.org")]


def test_a_new_record_that_does_not_fit_is_no_record(show) -> None:
    shown = show(tag(Text("x" * 120)))
    shown.add("Link")
    # Five characters fit; half an address is not wanted.
    shown.type("address", "a.org/" + "y" * 20)
    assert shown.message == message(Text("x" * 120))
    assert not shown.document.staged
    assert shown.kinds[-1][1].startswith("Not complete. The message has 158 bytes, and this tag holds 137.")
    shown.type("address", "a.org")
    assert shown.message == message(Text("x" * 120), Uri("https://a.org"))
    assert shown.document.stack.count() == 1


def test_what_was_begun_is_kept_while_another_record_is_looked_at(show) -> None:
    shown = show(tag(LINK))
    shown.add("Contact")
    shown.type("phones", "123")
    shown.records.set_row(0)
    assert isinstance(shown.form, LinkForm)
    shown.records.set_row(1)
    assert isinstance(shown.form, ContactForm)
    shown.type("name", "Ada")
    assert shown.message == message(LINK, contact("Ada", phones=("123",)))
    shown.records.set_row(0)
    shown.records.set_row(1)
    assert shown.form.fields["phones"].text() == "123"


def test_nothing_half_typed_is_lost_when_another_record_is_begun(show) -> None:
    shown = show(tag(LINK, chip="ntag216"))
    shown.add("Wi-Fi network")
    shown.type("ssid", "Home")
    shown.add("Contact")
    shown.type("phones", "123")
    lacking = "Not complete. Give the password, 8 to 63 characters."
    assert shown.kinds[1] == ("Wi-Fi network", lacking)
    assert shown.kinds[2][1].startswith("Not complete.")
    assert not shown.document.staged
    shown.type("name", "Ada")
    assert shown.message == message(LINK, contact("Ada", phones=("123",)))
    assert shown.kinds[2] == ("Wi-Fi network", lacking)
    assert shown.records.row == 1
    assert shown.document.stack.count() == 1
    shown.records.set_row(2)
    assert shown.form.fields["ssid"].text() == "Home"
    assert "not among the changes" in shown.tab.pane.note.accessibleName()
    shown.records.set_row(0)
    shown.records.set_row(2)
    # Half a password may not be lost either, and a whole one makes it a record.
    shown.type("key", "secret8")
    assert shown.kinds[2][1].startswith("Not complete. The password")
    shown.type("key", "secret88")
    held = contact("Ada", phones=("123",))
    assert shown.message == message(LINK, held, Wifi("Home", "secret88"))
    assert len(shown.kinds) == 3


def test_nothing_half_typed_is_lost_when_another_tag_is_looked_at(show) -> None:
    shown = show(tag(LINK))
    shown.add("Wi-Fi network")
    shown.type("ssid", "Home")
    other = MemoryDocument(tag(TEXT))
    shown.memory.show_file(other)
    assert shown.kinds == [("Text", "hello")]
    shown.memory.show_file(shown.document)
    assert [kind for kind, _ in shown.kinds] == ["Link", "Wi-Fi network"]
    shown.records.set_row(1)
    assert shown.form.fields["ssid"].text() == "Home"


def test_a_new_record_that_says_something_at_once_replaces_no_other(show) -> None:
    shown = show(tag(LINK))
    shown.add("Data or file")
    assert shown.message == message(LINK, Media("text/plain", b""))
    assert shown.records.row == 1


def test_a_link_without_a_scheme_is_remarked(show) -> None:
    # URI RTD, table 3: 00 abbreviates nothing.
    shown = show(tag(WellKnown("U", b"\x00not a uri")))
    (entry,) = shown.tab.model.entries
    assert entry.problems == (
        "A link begins with https://, tel:, mailto: … and has no spaces; phones would not open this.",
    )
    assert not shown.tab.pane.problems.isHidden()


def test_what_was_begun_can_be_given_up(show) -> None:
    shown = show(tag(LINK))
    shown.add("Contact")
    press(shown.records, Qt.Key.Key_Delete)
    assert shown.kinds == [("Link", "https://example.org")]
    assert not shown.document.staged
    assert isinstance(shown.form, LinkForm)


def test_keys_of_the_list(show) -> None:
    shown = show(tag(LINK, TEXT, Wifi("Home", "12345678")))
    shown.records.setFocus()
    press(shown.records, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert shown.message == message(TEXT, LINK, Wifi("Home", "12345678"))
    assert shown.records.row == 1
    press(shown.records, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert not shown.document.staged
    assert shown.records.row == 0
    press(shown.records, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert shown.records.row == 0
    press(shown.records, Qt.Key.Key_Delete)
    assert shown.message == message(TEXT, Wifi("Home", "12345678"))
    press(shown.records, Qt.Key.Key_Return)
    assert shown.form.isAncestorOf(shown.tab.focusWidget())
    press(shown.tab.focusWidget(), Qt.Key.Key_Escape)
    assert shown.records.hasFocus()
    QCoreApplication.processEvents()
    shown.actions.undo.trigger()
    assert shown.message == message(LINK, TEXT, Wifi("Home", "12345678"))


def test_bytes_changed_in_the_memory_tab_change_the_form(show) -> None:
    shown = show(tag(TEXT))
    # "hello" begins at byte 2 of page 7.
    shown.document.write_page(7, b"enHE", "typing")
    assert shown.kinds == [("Text", "HEllo")]
    assert shown.form.fields["text"].toPlainText() == "HEllo"


def test_a_damaged_message_is_shown_as_far_as_it_goes(show) -> None:
    held = message(LINK, TEXT)[:-3]
    pages = bytes.fromhex("0103A00C34") + bytes((3, len(held))) + held + b"\xfe"
    split = {4 + at // 4: pages[at : at + 4].ljust(4, b"\0").hex() for at in range(0, len(pages), 4)}
    shown = show(blank(pages=split))
    assert [kind for kind, _ in shown.kinds] == ["Link", "Text"]
    notes = shown.tab.records._words.accessibleName()
    assert "announces 8 bytes" in notes
    assert shown.tab.model.entries[1].problems == ("It is cut off: 5 of 8 bytes are there.",)
    assert "A change writes the records that are shown" in notes


def test_a_payload_that_is_no_such_thing_has_its_problem_at_the_record(show) -> None:
    shown = show(tag(LINK, WellKnown("T", b"\x3fen")))
    shown.records.set_row(1)
    assert shown.tab.model.entries[1].problems
    assert not shown.tab.pane.problems.isHidden()
    assert shown.tab.pane.form is None


def test_chunks_are_one_record_and_that_is_said(show) -> None:
    # The NDEF specification's own layout: first chunk with CF and the type, last one TNF 6 without.
    chunks = bytes.fromhex("B1010354") + b"\x02en" + bytes.fromhex("560002") + b"hi"
    pages = bytes.fromhex("0103A00C34") + bytes((3, len(chunks))) + chunks + b"\xfe"
    split = {4 + at // 4: pages[at : at + 4].ljust(4, b"\0").hex() for at in range(0, len(pages), 4)}
    shown = show(blank(pages=split))
    (entry,) = shown.tab.model.entries
    assert (entry.gist, entry.technical) == ("hi", "urn:nfc:wkt:T · in 2 chunks")
    assert "in one piece" in shown.tab.pane.note.accessibleName()


@pytest.mark.parametrize("pages", [{3: "E110120F"}, {2: "0448F000"}], ids=["read-only container", "locked"])
def test_what_cannot_be_changed_has_no_buttons_for_it(show, pages) -> None:
    shown = show(tag(LINK, Wifi("Home", "secret88"), pages=pages))
    records = shown.tab.records
    assert not any(button.isVisible() for button in (records.add, records.up, records.down, records.delete))
    assert records._words.accessibleName()
    shown.records.set_row(1)
    assert shown.tab.pane.form is None
    (key,) = shown.tab.pane.facts.findChildren(QLineEdit)
    assert key.isReadOnly()
    assert key.echoMode() is QLineEdit.EchoMode.Password
    press(shown.records, Qt.Key.Key_Delete)
    press(shown.records, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert not shown.document.staged


def test_a_blank_chip_is_formatted_by_a_button(show) -> None:
    shown = show(blank("mf0icu1"))
    nothing = shown.tab.nothing
    assert nothing.title.text() == "Not formatted for NDEF"
    nothing.button.click()
    assert nothing.isHidden() or not nothing.isVisible()
    assert shown.document.draft.page(3) == bytes.fromhex("E1100600")
    shown.add("Link")
    shown.type("address", "a.org")
    assert shown.message == message(Uri("https://a.org"))


def test_the_changes_bar_is_where_the_user_is(show) -> None:
    shown = show(tag(LINK))
    shown.type("address", "https://b.org")
    assert shown.tab.isAncestorOf(shown.memory.bar)
    QCoreApplication.processEvents()
    assert not shown.memory.bar.isHidden()
    shown.tab.set_front(False)
    assert shown.memory.isAncestorOf(shown.memory.bar)
    shown.tab.set_front(True)
    shown.memory.bar.discard.click()
    assert shown.message == message(LINK)
    assert not shown.document.staged


def test_the_key_of_a_network_is_masked_in_the_bytes_until_it_is_shown(show, qtbot) -> None:
    shown = show(tag(Wifi("Home", "secret88"), Wifi("Away", "other999"), chip="ntag216"))
    shown.tab.resize(1150, 900)
    view = shown.tab.pane.bytes.fields
    data = shown.tab.source.view.data

    def seen(key: bytes) -> bool:
        at = data.index(key)
        byte = f"{key[0]:02X} hex" in view.bytes._byte_text(at)
        field = view.model.field_of(view.model.index_at(at))
        assert field is not None
        return byte and key.hex() in field.value.lower().replace(" ", "")

    qtbot.waitUntil(lambda: view.bytes.current_span != (0, 0))
    assert not seen(b"secret88")
    shown.form.show_key.click()
    qtbot.waitUntil(lambda: seen(b"secret88"))
    assert not seen(b"other999"), "another record's is not shown with it"
    shown.records.set_row(1)
    shown.records.set_row(0)
    qtbot.waitUntil(lambda: not seen(b"secret88"))


def test_a_type_of_any_bytes_is_shown_in_what_a_font_has() -> None:
    entry = Entry.of(NdefRecord(Tnf.WELL_KNOWN, b"\x7fa", b"", b"", ()))
    assert entry.technical == r"urn:nfc:wkt:\x7Fa"
    assert entry.kind.isprintable()


def test_the_keyboard_stays_in_the_tab_when_its_form_goes(show) -> None:
    shown = show(blank())
    shown.add("Text")
    shown.type("text", "a")
    shown.document.stack.undo()
    assert not shown.kinds
    assert shown.tab.isAncestorOf(shown.tab.focusWidget())


def test_every_control_has_a_name(show) -> None:
    shown = show(tag(*EVERY, chip="ntag216"))
    for row in range(len(EVERY)):
        shown.records.set_row(row)
        for widget in shown.tab.findChildren(QWidget):
            if isinstance(widget, (QAbstractButton, QLineEdit)) and widget.isVisible():
                assert widget.accessibleName(), (row, widget)


def test_json_is_indented_and_pictures_are_shown(qtbot, tmp_path) -> None:
    view = DataView()
    qtbot.addWidget(view)
    view.show_data("application/json", b'{"a":[1]}')
    assert view.text.toPlainText() == '{\n  "a": [\n    1\n  ]\n}'
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    image.save(str(tmp_path / "a.png"))
    view.show_data("image/png", (tmp_path / "a.png").read_bytes())
    assert view.caption.text() == "400 × 300"
    assert view.picture.pixmap().width() <= 320
    view.show_data("image/png", b"no picture")
    assert "no picture that can be shown" in view.caption.text()


def test_a_picture_that_announces_too_much_is_not_decoded(tmp_path) -> None:
    image = QImage(2000, 1000, QImage.Format.Format_Mono)
    image.fill(0)
    image.save(str(tmp_path / "large.png"))
    found, size = read_picture((tmp_path / "large.png").read_bytes())
    assert found is None
    assert (size.width(), size.height()) == (2000, 1000)


def test_a_message_of_hundreds_of_records_is_shown(show) -> None:
    shown: Shown = show(tag(*[Empty()] * 280, chip="ntag216"))
    assert len(shown.kinds) == 280
