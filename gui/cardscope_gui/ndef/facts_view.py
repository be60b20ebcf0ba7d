"""What a record says, to be read and copied, where there is no form for it or nothing can be changed."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from cardscope.decode.hex import format_hex
from cardscope.ndef.contents import (
    AbsoluteUri,
    AndroidApplication,
    Bluetooth,
    Contact,
    Content,
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
from cardscope_gui import theme
from cardscope_gui.ndef.data_view import DataView
from cardscope_gui.ndef.forms.form import ShowButton
from cardscope_gui.ndef.words import printable, tr
from cardscope_gui.widgets.labels import label, paragraph

_CAPTION = 104
_MOST_HEX = 64
"""Bytes of data that are shown in hex; the rest is in the bytes below."""


class FactsView(QWidget):
    """Captions, values beside them, and data below."""

    secret_shown = Signal(bool)
    """A password is shown now, or hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.data = DataView(self)
        self._facts = QWidget(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(8))
        self._column.addWidget(self._facts)
        self._column.addWidget(self.data)

    def show_content(self, content: Content) -> None:
        """Shows ``content``."""
        facts = QWidget(self)
        grid = QGridLayout(facts)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnMinimumWidth(0, theme.px(_CAPTION))
        grid.setColumnStretch(1, 1)
        for row, (caption, value) in enumerate(facts_of(content)):
            grid.addWidget(label(caption, "secondary", facts), row, 0, Qt.AlignmentFlag.AlignTop)
            shown = paragraph(value, "strong", facts)
            shown.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            grid.addWidget(shown, row, 1)
        if isinstance(content, Wifi) and content.key:
            self._add_key(grid, content.key)
        self._column.replaceWidget(self._facts, facts)
        self._facts.deleteLater()
        self._facts = facts
        facts.show()
        match content:
            case Media(media_type=media_type, data=data):
                self.data.show_data(media_type, data)
            case External(data=data) | Unknown(data=data) | AbsoluteUri(data=data) | WellKnown(data=data):
                self.data.show_data("", data)
            case _:
                self.data.show_data("", b"")

    def _add_key(self, grid: QGridLayout, key: str) -> None:
        field = QLineEdit(key)
        field.setReadOnly(True)
        field.setAccessibleName(tr("Password"))
        show = ShowButton()
        show.follow(field)
        show.toggled.connect(self.secret_shown)
        line = QHBoxLayout()
        line.setSpacing(theme.px(8))
        line.addWidget(field, 1)
        line.addWidget(show)
        row = grid.rowCount()
        grid.addWidget(label(tr("Password"), "secondary"), row, 0)
        grid.addLayout(line, row, 1)


def facts_of(content: Content) -> list[tuple[str, str]]:
    """Captions and values, those left out that are empty; the key of a network is not among them."""
    return [(caption, value) for caption, value in _facts(content) if value]


def _facts(content: Content) -> list[tuple[str, str]]:
    match content:
        case Uri(uri=uri):
            return [(tr("Address"), uri)]
        case Text():
            return [(tr("Text"), content.text), (tr("Language"), content.language)]
        case SmartPoster():
            titles = [(tr("Title"), f"{title} ({language})") for language, title in content.titles]
            return [(tr("Address"), content.uri), *titles, (tr("Action"), content.action or "")]
        case Wifi():
            return [(tr("Network"), content.ssid), (tr("Security"), f"{content.authentication}, {content.encryption}")]
        case Contact():
            return [
                (tr("Name"), content.name),
                (tr("Phone"), "; ".join(content.phones)),
                (tr("E-mail"), "; ".join(content.mails)),
                (tr("Company"), content.organisation),
                (tr("Web address"), content.link),
            ]
        case Bluetooth():
            return [(tr("Address"), content.address), (tr("Name"), content.name)]
        case AndroidApplication(package=package):
            return [(tr("Application"), package)]
        case Media(media_type=media_type):
            return [(tr("Type"), printable(media_type))]
        case AbsoluteUri(uri=uri, data=data):
            return [(tr("Address"), uri), (tr("Content"), _hex(data))]
        case External(name=name, data=data):
            return [(tr("Type"), printable(name)), (tr("Content"), _hex(data))]
        case WellKnown(name=name, data=data, words=words):
            return [(tr("Type"), printable(name)), (tr("Says"), words), (tr("Content"), _hex(data))]
        case Unknown(data=data):
            return [(tr("Content"), _hex(data))]
        case Empty():
            return [(tr("Content"), tr("None. Empty records fill places; readers pass them by."))]


def _hex(data: bytes) -> str:
    rest = len(data) - _MOST_HEX
    shown = format_hex(data[:_MOST_HEX], " ")
    return shown + tr(" … and {0} more").format(rest) if rest > 0 else shown
