"""What the header shows of bytes when there is not room for all of them."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from cardscope.identify.chip_identity import identify_version
from cardscope.identify.identification import Identification
from cardscope.identify.readout import TagReadout
from cardscope.identify.state import describe
from cardscope.readers.protocol import ReaderKind
from cardscope_gui.header.hex_value import fit_bytes

READER = "ACS ACR122U PICC Interface"


@given(st.binary(min_size=3, max_size=33), st.integers(0, 110))
def test_bytes_are_left_out_whole_and_only_as_many_as_needed(data: bytes, room: int):
    shown = fit_bytes(data, lambda text: len(text) <= room)
    if " … " not in shown:
        assert bytes.fromhex(shown) == data
        return
    begin, end = (bytes.fromhex(part) for part in shown.split(" … "))
    assert data.startswith(begin)
    assert data.endswith(end)
    assert 3 * len(data) - 1 > room
    assert len(shown) <= room or len(begin) == len(end) == 1
    assert len(begin) + len(end) == 2 or len(shown) + 3 > room or len(begin) + len(end) == len(data) - 1


def test_the_copy_buttons_follow_their_bytes_and_the_whole_is_copied(window, bridge):
    bridge.plug(READER, kind=ReaderKind.PCSC)
    atr = bytes.fromhex("3BFD1300008131FE158073C021C057597562694B657940")
    session = bridge.card_in(READER, atr)
    bridge.uid_read(READER, bytes.fromhex("04A1B2C3D4E5F6"))
    gaps = []
    for shown in (window.header.uid, window.header.atr):
        text_end = shown.value.x() + shown.value.fontMetrics().horizontalAdvance(shown.value.text())
        gaps.append(shown.copy_button.x() - text_end)
    assert abs(gaps[0] - gaps[1]) <= 1
    assert " … " in window.header.atr.value.text()
    assert window.header.atr.toolTip() == atr.hex(" ").upper()
    window.header.atr.copy_button.click()
    assert QGuiApplication.clipboard().text() == session.atr.hex(" ").upper()


def test_the_name_is_never_cut_in_favour_of_atr_or_badges(window, bridge, virtual_reader):
    reader = virtual_reader.name
    session = bridge.card_in(reader)
    uid = bytes.fromhex("04A1B2C3D4E5F6")
    bridge.uid_read(reader, uid)
    chip = identify_version(bytes.fromhex("0004040201001303"))
    state = describe(
        TagReadout(
            uid, chip, {2: bytes(4), 226: bytes(4), 227: bytes.fromhex("040000FF"), 228: bytes(4)}, signature=bytes(32)
        )
    )
    bridge.identified(Identification(reader, session.insertion, session.atr, uid, chip=chip, state=state))
    title, shown = window.header._title, set[tuple[bool, bool]]()
    for width in range(1024, 1600, 7):
        window.resize(width, 900)
        QApplication.processEvents()
        assert title.width() >= title.fontMetrics().horizontalAdvance("NTAG216"), width
        shown.add((window.header.badges.isVisible(), window.header.atr.isVisible()))
    assert (True, True) in shown
