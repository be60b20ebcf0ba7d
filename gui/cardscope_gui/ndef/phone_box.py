"""What a phone will do with the message, under the records."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from cardscope.ndef.contents import Content
from cardscope_gui import theme
from cardscope_gui.ndef.phone import expectation
from cardscope_gui.ndef.words import tr
from cardscope_gui.widgets.labels import label, paragraph, set_paragraph


class PhoneBox(QFrame):
    """A sentence for each family of phones."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "card")
        self.android = paragraph("", "secondary-small", self)
        self.iphone = paragraph("", "secondary-small", self)
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(4))
        grid.setColumnStretch(1, 1)
        grid.addWidget(label(tr("What a phone will do"), "group", self), 0, 0, 1, 2)
        top = Qt.AlignmentFlag.AlignTop
        for row, (caption, words) in enumerate(((tr("Android"), self.android), (tr("iPhone"), self.iphone)), 1):
            grid.addWidget(label(caption, "tertiary", self), row, 0, top)
            grid.addWidget(words, row, 1, top)

    def show_contents(self, contents: Sequence[Content]) -> None:
        """For a message whose records say ``contents``."""
        expected = expectation(contents)
        set_paragraph(self.android, expected.android)
        set_paragraph(self.iphone, expected.iphone)
        spoken = tr("What a phone will do. Android: {0} iPhone: {1}")
        self.setAccessibleName(spoken.format(expected.android, expected.iphone))
