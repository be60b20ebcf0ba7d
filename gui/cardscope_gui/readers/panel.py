"""The sidebar: the list of readers above, trouble with the virtual one under it, the PC/SC service below."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cardscope.events import ServiceState
from cardscope_gui import theme
from cardscope_gui.readers.model import ReaderModel
from cardscope_gui.readers.reader_list import ReaderList
from cardscope_gui.readers.slot_notice import SlotNotice
from cardscope_gui.readers.state import service_mark, service_words
from cardscope_gui.recent.model import RecentModel
from cardscope_gui.recent.section import RecentSection
from cardscope_gui.widgets.buttons import IconButton
from cardscope_gui.widgets.labels import ElidedLabel
from cardscope_gui.widgets.marks import MarkLabel

if TYPE_CHECKING:
    from cardscope_gui.files.section import FileSection

FULL_WIDTH = 280
"""The mock-ups' 256 cut off "Virtual reader" beside its button in wider faces than theirs, such as DejaVu Sans."""
RAIL_WIDTH = 56


class ServiceLine(QFrame):
    """Whether the PC/SC service runs, as shape and words, and the way to the doctor."""

    doctor_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("edge", "top")
        self.setFixedHeight(theme.px(40))
        self._mark = MarkLabel(service_mark(ServiceState.STARTING), 16)
        self._words = ElidedLabel("secondary-small")
        self._doctor = IconButton("doctor", self.tr("Why isn't my reader listed?"))
        self._doctor.clicked.connect(self.doctor_wanted)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(theme.px(8))
        self._row.addWidget(self._mark)
        self._row.addWidget(self._words, 1)
        self._row.addWidget(self._doctor)
        self.set_rail(False)
        self.show_state(ServiceState.STARTING, "")

    def show_state(self, state: ServiceState, detail: str) -> None:
        self._mark.set_mark(service_mark(state))
        self._words.setText(service_words(state))
        self.setToolTip(f"{service_words(state)}\n{detail}" if detail else service_words(state))
        self.setAccessibleName(service_words(state))

    def set_rail(self, rail: bool) -> None:
        self._words.setVisible(not rail)
        self._doctor.setVisible(not rail)
        side = theme.px(19 if rail else 15)
        self._row.setContentsMargins(side, 0, side if rail else theme.px(9), 0)


class Sidebar(QFrame):
    """Readers, recent cards and service. ``set_rail`` makes it 56 pixels wide; its owner gives it its place."""

    doctor_wanted = Signal()

    def __init__(self, model: ReaderModel, recent: RecentModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setProperty("edge", "right")
        self.readers = ReaderList(model)
        self.service = ServiceLine()
        self.service.doctor_wanted.connect(self.doctor_wanted)
        self.notice = SlotNotice()
        self.recent = RecentSection(recent)
        self._rail = False
        beside = QVBoxLayout()
        beside.setContentsMargins(theme.px(8), 0, theme.px(8), theme.px(8))
        beside.addWidget(self.notice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.readers)
        column.addLayout(beside)
        column.addWidget(self.recent, 1000)
        column.addStretch(1)
        column.addWidget(self.service)
        self.setFixedWidth(theme.px(FULL_WIDTH))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def add_section(self, section: "FileSection") -> None:
        """Puts ``section`` between readers and recent cards."""
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(column.indexOf(self.recent), section)
        QWidget.setTabOrder(self.readers, section.list)
        section.set_rail(self._rail)
        self._section = section

    _section: "FileSection | None" = None

    @property
    def rail(self) -> bool:
        return self._rail

    def set_rail(self, rail: bool) -> None:
        self._rail = rail
        if rail:
            self.notice.hide()
        self.readers.set_rail(rail)
        self.recent.set_rail(rail)
        if self._section is not None:
            self._section.set_rail(rail)
        self.service.set_rail(rail)
        self.setFixedWidth(theme.px(RAIL_WIDTH if rail else FULL_WIDTH))
