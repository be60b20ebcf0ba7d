"""A tag's message in the document that the Memory tab edits: which bytes become what."""

from hypothesis import given
from hypothesis import strategies as st

from cardscope.ndef.contents import Text, Uri
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.ndef.entries import Entry
from cardscope_gui.ndef.tag_source import TagSource

from .conftest import blank, message, tag

EXAMPLE = bytes.fromhex("D1010C55046578616D706C652E636F6D")
"""A URI record for https://example.com (NFC Forum URI RTD: 04 stands for https://)."""
LOCK_CONTROL = bytes.fromhex("0103A00C34")
"""What NXP puts before the message of an NTAG213."""


def area(document: MemoryDocument, size: int) -> bytes:
    """The first bytes from page 4 on, as they are wanted."""
    pages = (document.draft.page(4 + number) or b"" for number in range(-(-size // 4)))
    return b"".join(pages)[:size]


def test_a_message_goes_behind_the_control_tlv_with_length_and_terminator() -> None:
    document = MemoryDocument(blank())
    assert TagSource(document).stage(EXAMPLE, "link") == ""
    assert area(document, 24) == LOCK_CONTROL + b"\x03\x10" + EXAMPLE + b"\xfe"
    assert document.stack.count() == 1


def test_only_pages_that_differ_are_staged() -> None:
    document = MemoryDocument(tag(Uri("https://example.com")))
    source = TagSource(document)
    source.stage(EXAMPLE[:-1] + b"n", "link")
    assert dict(document.draft.changes) == {9: b"con\xfe"}
    source.stage(EXAMPLE, "link")
    assert not document.staged


def test_undo_takes_a_step_back_and_the_records_follow() -> None:
    document = MemoryDocument(tag(Uri("https://example.com")))
    source = TagSource(document)
    told: list[bytes] = []
    source.changed.connect(lambda: told.append(source.view.message))
    source.stage(message(Text("a")), "text")
    document.stack.undo()
    assert told == [message(Text("a")), EXAMPLE]
    assert not document.staged


def test_steps_of_one_edit_become_one() -> None:
    document = MemoryDocument(blank())
    source = TagSource(document)
    for text in ("h", "he", "hel"):
        source.stage(message(Text(text)), "text", typed=1 << 24)
    source.stage(message(Text("help")), "text", typed=(1 << 24) + 1)
    assert document.stack.count() == 2
    document.stack.undo()
    assert source.view.message == message(Text("hel"))
    document.stack.undo()
    assert not document.staged


@given(st.lists(st.text(alphabet="abc", max_size=90), min_size=1, max_size=5))
def test_longer_messages_in_between_leave_nothing(texts: list[str]) -> None:
    by_way, direct = MemoryDocument(tag(Text("as it was"))), MemoryDocument(tag(Text("as it was")))
    for text in texts:
        assert TagSource(by_way).stage(message(Text(text)), "text") == ""
    TagSource(direct).stage(message(Text(texts[-1])), "text")
    assert dict(by_way.draft.changes) == dict(direct.draft.changes)


def test_bytes_staged_behind_the_message_by_the_memory_tab_stay() -> None:
    document = MemoryDocument(tag(Text("short")))
    document.write_page(30, b"mine", "typing")
    source = TagSource(document)
    source.stage(message(Text("a longer text than before")), "text")
    source.stage(message(Text("s")), "text")
    assert document.draft.page(30) == b"mine"


def test_bytes_typed_in_the_memory_tab_are_records_here() -> None:
    document = MemoryDocument(tag(Uri("https://example.com")))
    source = TagSource(document)
    document.write_page(9, b"org\xfe", "typing")
    assert source.view.message == EXAMPLE[:-3] + b"org"


def test_the_room_is_what_the_tag_has_and_no_byte_more() -> None:
    # 144 bytes, of which the control TLV takes 5 and tag and length 2: no terminator is needed at the very end.
    document = MemoryDocument(blank())
    source = TagSource(document)
    assert source.view.room == 137
    assert source.stage(message(Text("x" * 130)), "text") == ""
    assert len(source.view.message) == 137
    before = dict(document.draft.changes)
    refusal = source.stage(message(Text("x" * 131)), "text")
    assert "138" in refusal
    assert "137" in refusal
    assert dict(document.draft.changes) == before


def test_records_know_their_bytes_and_pages() -> None:
    document = MemoryDocument(tag(Uri("https://example.com"), Text("hi")))
    source = TagSource(document)
    first, second = source.view.parsed.records
    start, end = source.view.span(second)
    assert source.view.data[start:end] == bytes.fromhex("51010554") + b"\x02enhi"
    assert source.view.span(first) == (7, 23)
    # Position 7 of the area is byte 3 of page 5.
    assert source.page_of(7) == (5, 3)
    field = source.fields()
    assert [child.name for child in field.children] == ["Lock Control", "NDEF message", "Terminator"]


def test_a_message_goes_around_reserved_bytes() -> None:
    # Memory Control 20 04 04: page address 2 with pages of 2^4 bytes is address 32, page 8; 4 bytes are not for data.
    document = MemoryDocument(blank(pages={4: "02032004", 5: "040300FE"}))
    source = TagSource(document)
    assert source.stage(EXAMPLE, "link") == ""
    assert document.draft.page(8) == bytes(4)
    assert area(document, 16) == bytes.fromhex("0203200404") + b"\x03\x10" + EXAMPLE[:9]
    assert area(document, 28)[20:] == EXAMPLE[9:] + b"\xfe"
    start, end = source.view.span(source.view.parsed.records[0])
    assert (start, end) == (7, 27)


def test_a_blank_chip_is_offered_formatting_which_stages_page_3() -> None:
    document = MemoryDocument(blank("mf0icu1"))
    source = TagSource(document)
    assert source.blank is not None
    assert source.blank.act is not None
    assert "never be cleared" in source.blank.reason
    assert source.blank.act() == ""
    # 48 bytes of user memory are 6 steps of 8.
    assert document.draft.page(3) == bytes.fromhex("E1100600")
    assert source.blank is None
    assert source.view.message == b""
    assert not source.view.fixed
    document.stack.undo()
    assert source.blank is not None


def test_a_page_3_that_can_never_be_right_is_told_and_not_offered() -> None:
    source = TagSource(MemoryDocument(blank("mf0icu1", {3: "1E00FF00"})))
    assert source.blank is not None
    assert source.blank.act is None
    assert source.blank.button == ""
    assert "cannot be cleared" in source.blank.reason


def test_an_unreadable_page_3_says_why() -> None:
    source = TagSource(MemoryDocument(blank(unreadable={3: "The password is needed."})))
    assert source.blank is not None
    assert "The password is needed." in source.blank.reason


def test_a_message_behind_a_password_is_not_called_empty() -> None:
    whole = tag(Text("a"))
    pages = {page: content for page, content in whole.pages.items() if page < 4}
    source = TagSource(MemoryDocument(type(whole)(whole.chip, pages, unreadable={4: "The password is needed."})))
    assert source.blank is not None
    assert "The password is needed." in source.blank.reason
    assert source.blank.act is None


def test_a_read_only_container_is_kept_to() -> None:
    source = TagSource(MemoryDocument(tag(Text("a"), pages={3: "E110120F"})))
    assert "read-only" in source.view.fixed
    assert source.view.room == 137
    assert source.offers() == []


def test_a_locked_message_cannot_be_edited() -> None:
    # Byte 2 of page 2: L4 to L7 lock pages 4 to 7.
    source = TagSource(MemoryDocument(tag(Text("a"), pages={2: "0448F000"})))
    assert "cannot be changed" in source.view.fixed


def test_a_protected_tag_says_that_writing_needs_the_password() -> None:
    # AUTH0, byte 3 of CFG0 (page 41): pages from 4 on need the password for a write.
    source = TagSource(MemoryDocument(tag(Text("a"), pages={41: "04000004"})))
    assert not source.view.fixed
    assert "password" in source.view.note
    assert not TagSource(MemoryDocument(tag(Text("a")))).view.note


@given(st.binary(max_size=144), st.sampled_from(("E1101200", "E110FF00", "E110120F", "00000000")))
def test_whatever_lies_in_the_data_area_is_shown(held: bytes, container: str) -> None:
    pages = {4 + at // 4: held[at : at + 4].ljust(4, b"\0").hex() for at in range(0, len(held), 4)}
    source = TagSource(MemoryDocument(blank(pages={**pages, 3: container})))
    view = source.view
    for record in view.parsed.records:
        entry = Entry.of(record)
        start, end = view.span(record)
        assert entry.kind
        assert 0 <= start < end <= len(view.data)
    if source.blank is None:
        assert source.fields().span == (0, len(view.data))
        if not view.fixed and not source.stage(message(Text("x")), "text"):
            assert source.view.message == message(Text("x"))


def test_a_message_into_a_locked_page_is_refused_and_nothing_staged() -> None:
    # Byte 3 of page 2: L8 locks page 8.
    document = MemoryDocument(tag(Text("a"), pages={2: "04480001"}))
    source = TagSource(document)
    assert not source.view.fixed
    assert source.stage(message(Text("long enough for page 8")), "text") != ""
    assert not document.staged


def test_an_unknown_page_within_the_message_keeps_it_as_it_is() -> None:
    whole = tag(Text("x" * 60))
    pages = {page: content for page, content in whole.pages.items() if page < 12}
    partly = type(whole)(whole.chip, pages, unreadable={12: "The password is needed."})
    source = TagSource(MemoryDocument(partly))
    assert "Page 12" in source.view.fixed
    assert "The password is needed." in source.view.fixed
    assert source.view.parsed.problems


def test_erase_and_factory_layout() -> None:
    document = MemoryDocument(tag(Text("x" * 60)))
    source = TagSource(document)
    erase, factory = source.offers()
    assert erase.act() == ""
    assert area(document, 144) == (LOCK_CONTROL + b"\x03\x00\xfe").ljust(144, b"\0")
    document.stack.undo()
    assert factory.act() == ""
    assert area(document, 12) == LOCK_CONTROL + bytes.fromhex("0300FE") + bytes(4)
    assert document.draft.page(3) == document.base.pages[3]
