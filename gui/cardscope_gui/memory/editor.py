"""What keys and clipboard do to the bytes of the page table: typed, pasted, filled, copied, taken back."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from cardscope.decode.hex import HEX_DIGITS
from cardscope_gui.memory.bytes_text import Notation, Pasted, read_hex, read_text, spell
from cardscope_gui.memory.column import Column
from cardscope_gui.memory.document import MemoryDocument
from cardscope_gui.memory.model import PageModel
from cardscope_gui.memory.table import PageTable
from cardscope_gui.memory.words import counted, tr


class PageEditor(QObject):
    """Edits the document of ``table`` at its cursor and selection."""

    refused = Signal(str)
    """Nothing was done; a sentence why. The table has given its quiet signal."""
    done = Signal(str)
    """Something was done that is not to be seen; a sentence."""
    too_long = Signal(bytes, int)
    """So many of these bytes would fit from the cursor on; nothing is pasted before the user has decided."""

    def __init__(self, table: PageTable, model: PageModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._model = model
        self._byte = 0
        table.typed.connect(self.type)
        table.reverted.connect(self.revert)

    @property
    def document(self) -> MemoryDocument | None:
        return self._model.document

    def type(self, characters: str) -> None:
        """Puts what a key gave into the byte at the cursor: a digit, or a character in the text column."""
        document, cursor = self.document, self._table.here
        if document is None:
            return
        if len(cursor) != 1:
            self._refuse(tr("Several pages are folded here: open them first with the right arrow key."))
            return
        position = cursor.start
        if self._table.column is Column.TEXT:
            self._type_text(document, position, characters)
        elif characters in HEX_DIGITS:
            self._type_digit(document, position, int(characters, 16))
        else:
            self._refuse(tr("Only 0 to 9 and A to F go here. F2 or Tab goes to the text."))

    def copy(self, notation: Notation) -> None:
        """Copies the selected bytes, as they are staged."""
        if self.document is None:
            return
        values = self.document.values(self._table.selection)
        if values:
            QGuiApplication.clipboard().setText(spell(values, notation))
            self.done.emit(counted(len(values), tr("1 byte copied."), tr("{0} bytes copied.")))

    def paste(self) -> None:
        """Pastes hex over the bytes from the cursor on, or text in the text column."""
        text = QGuiApplication.clipboard().text()
        if self._table.column is Column.TEXT:
            self._paste(read_text(text))
            return
        read = read_hex(text)
        if read.problem and text:
            problem = tr("The clipboard holds no hex. {0} As text: Ctrl+Shift+V.").format(read.problem)
            read = Pasted(b"", problem)
        self._paste(read)

    def paste_text(self) -> None:
        """Pastes the clipboard's characters."""
        self._paste(read_text(QGuiApplication.clipboard().text()))

    def put(self, data: bytes) -> None:
        """Stages ``data`` from the selection's first byte on; it has to fit."""
        document = self.document
        if document is None:
            return
        start = self._table.selection.start
        values = {start + at: value for at, value in enumerate(data)}
        if reason := document.refusal(values):
            self._refuse(reason)
            return
        document.write(values, tr("paste"))
        self._table.go_to(start + len(data) - 1, extend=len(data) - 1)
        self.done.emit(counted(len(data), tr("1 byte pasted."), tr("{0} bytes pasted.")))

    def fill(self, pattern: bytes) -> None:
        """Stages ``pattern``, over and over, on all selected bytes that can be edited."""
        document = self.document
        if document is None:
            return
        selection = self._table.selection
        wanted = {at: pattern[number % len(pattern)] for number, at in enumerate(selection)}
        values = {at: value for at, value in wanted.items() if not document.why_not(at)}
        if not values:
            self._refuse(document.why_not(selection.start))
            return
        if reason := document.refusal(values):
            self._refuse(reason)
            return
        document.write(values, tr("fill"))
        left = len(selection) - len(values)
        filled = counted(len(values), tr("1 byte filled."), tr("{0} bytes filled."))
        kept = counted(left, tr("1 byte cannot be changed."), tr("{0} bytes cannot be changed.")) if left else ""
        self.done.emit(f"{filled} {kept}".rstrip())

    def revert(self) -> None:
        """Takes the selected bytes back to what was read."""
        if self.document is not None and not self.document.revert(self._table.selection, tr("take back")):
            self._table.signal_refusal()

    def _type_digit(self, document: MemoryDocument, position: int, digit: int) -> None:
        second = self._table.second_digit
        old = document.value(position) or 0
        value = (old & 0xF0) | digit if second else digit << 4 | (old & 0x0F)
        if not self._stage(document, position, value, new=not second):
            return
        if second:
            self._table.advance()
        else:
            self._table.set_second_digit(True)

    def _type_text(self, document: MemoryDocument, position: int, characters: str) -> None:
        if not characters.isascii():
            self._refuse(tr("One byte holds one ASCII character. Paste longer text with Ctrl+V."))
            return
        if self._stage(document, position, ord(characters[0]), new=True):
            self._table.advance()

    def _stage(self, document: MemoryDocument, position: int, value: int, *, new: bool) -> bool:
        """Stages one typed byte; ``new`` begins a step to undo of its own."""
        if reason := document.refusal({position: value}):
            self._refuse(reason)
            return False
        self._byte += new
        document.write({position: value}, tr("typing"), typed=self._byte)
        return True

    def _paste(self, read: Pasted) -> None:
        document = self.document
        if document is None:
            return
        if not read.data:
            self._refuse(read.problem)
            return
        start = self._table.selection.start
        room = document.room(start)
        if not room:
            self._refuse(document.why_not(start))
        elif len(read.data) > len(room):
            self.too_long.emit(read.data, len(room))
        else:
            self.put(read.data)

    def _refuse(self, reason: str) -> None:
        self._table.signal_refusal()
        self.refused.emit(reason)
