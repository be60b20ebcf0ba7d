"""The script as a file: where it is, and whether what was written is saved."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSaveFile, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from cardscope_gui.scripts import questions
from cardscope_gui.scripts.editor import ScriptEditor
from cardscope_gui.scripts.files import read_script


class ScriptDocument(QObject):
    """Reads and writes the text of ``editor``. Whatever would lose it asks first."""

    edited = Signal()
    """The text is another one now."""
    renamed = Signal()
    """It has another name, or is saved now, or is not any more."""
    failed = Signal(str)
    replaced = Signal()
    """The text is that of another script."""

    def __init__(self, editor: ScriptEditor, window: QWidget) -> None:
        super().__init__(window)
        self._editor = editor
        self._window = window
        self.path: Path | None = None
        self.title = ""
        """What it is called where it is in no file."""
        self.text = ""
        editor.textChanged.connect(self._text_changed)
        editor.document().modificationChanged.connect(self.renamed)

    @property
    def name(self) -> str:
        """What the window calls it."""
        return self.path.name if self.path is not None else self.title or self.tr("New script")

    @property
    def unsaved(self) -> bool:
        """Whether something would be lost."""
        return self._editor.document().isModified() and bool(self.text.strip())

    def new(self) -> None:
        """Begins an empty script."""
        self.then(partial(self._replace, "", None))

    def show_text(self, text: str, title: str = "") -> None:
        """Shows a text that is in no file."""
        self.then(partial(self._replace, text, None, title))

    def open(self) -> None:
        """Asks for a script and shows it."""
        self.then(lambda: questions.open_script(self._window, lambda name: self.load(Path(name))))

    def load(self, path: Path) -> None:
        """Shows the script at ``path``."""
        try:
            text = read_script(path)
        except OSError as error:
            self.failed.emit(self.tr("{0} cannot be read: {1}.").format(str(path), error.strerror or str(error)))
            return
        self._replace(text, path)

    def restore(self, text: str, path: str, title: str) -> None:
        """Shows a text that was not saved, and still is not."""
        self._replace(text, Path(path) if path else None, title)
        self._editor.document().setModified(True)

    def empty(self) -> None:
        """Takes the whole text away, as one step to undo."""
        cursor = self._editor.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()

    def save(self) -> None:
        """Writes the text to its file, or asks for one."""
        self._save_then(lambda: None)

    def save_as(self) -> None:
        """Asks for a file and writes the text to it."""
        self._save_as_then(lambda: None)

    def _save_then(self, after: Callable[[], object]) -> None:
        if self.path is None:
            self._save_as_then(after)
        elif self._write(self.path):
            after()

    def _save_as_then(self, after: Callable[[], object]) -> None:

        def chosen(name: str) -> None:
            if self._write(Path(name)):
                self.path = Path(name)
                self.renamed.emit()
                after()

        questions.save_script(self._window, self.path.name if self.path else "new.script", chosen)

    def then(self, does: Callable[[], object]) -> None:
        """Does what would lose the text: at once, or when the user has said what becomes of it."""
        if not self.unsaved:
            does()
            return
        self.question = questions.UnsavedDialog(self.name, partial(self._save_then, does), does, self._window)
        self.question.open()

    question: questions.UnsavedDialog | None = None

    def _text_changed(self) -> None:
        text = self._editor.toPlainText()
        if text != self.text:  # else its colours alone
            self.text = text
            self.edited.emit()

    def _write(self, path: Path) -> bool:
        # Either the whole text is there at the end, or the old file still is.
        file = QSaveFile(str(path))
        data = self.text.encode("utf-8", "surrogatepass")
        if not file.open(QSaveFile.OpenModeFlag.WriteOnly) or file.write(data) != len(data) or not file.commit():
            self.failed.emit(self.tr("{0} cannot be written: {1}.").format(str(path), file.errorString()))
            return False
        self._editor.document().setModified(False)
        return True

    def _replace(self, text: str, path: Path | None, title: str = "") -> None:
        self.path, self.title = path, title
        self._editor.setPlainText(text)
        self._editor.document().setModified(False)
        self.renamed.emit()
        self.replaced.emit()
