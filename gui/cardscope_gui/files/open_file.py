"""One dump file that the window has open."""

from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cardscope_gui.files.words import tr

if TYPE_CHECKING:
    from cardscope.dumps import Candidate
    from cardscope.identify.identification import Identification
    from cardscope.tags.snapshot import TagSnapshot
    from cardscope_gui.files.loading import Loaded
    from cardscope_gui.memory.document import MemoryDocument


class FileState(Enum):
    LOADING = auto()
    QUESTION = auto()
    """It can be several things, and the user says which."""
    FAILED = auto()
    OPEN = auto()


class OpenFile(QObject):
    """The file at ``path`` and, once it is read, the tag in it with what is staged there."""

    changed = Signal()
    """State, content or what is staged are others now."""

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.state = FileState.LOADING
        self.candidates: tuple[Candidate, ...] = ()
        """What it can be, while that is the question."""
        self.failure = ""
        """Why it is not open, with the place in the file, sentences."""
        self.format = ""
        """What people call the format."""
        self.notes: tuple[str, ...] = ()
        """What had to be assumed or left out, a sentence each."""
        self.notes_read = False
        """Whether the user has put these away."""
        self.known: Identification | None = None
        """What the tag is, as its pages were read or saved last; there once the file is open."""
        self.document: MemoryDocument | None = None
        """The tag's memory while it is edited; there once the file is open."""

    @property
    def name(self) -> str:
        """The name without the folder."""
        return self.path.name

    @property
    def unsaved(self) -> bool:
        """Whether something is staged that the file does not hold."""
        return self.document is not None and bool(self.document.staged)

    @property
    def content(self) -> "TagSnapshot | None":
        """The tag with all that is staged."""
        from cardscope_gui.files.content import wanted_content  # noqa: PLC0415 not for the first picture

        return wanted_content(self.document.draft) if self.document is not None else None

    @property
    def words(self) -> str:
        """Chip and format, or why there is none."""
        match self.state:
            case FileState.LOADING:
                return tr("Opening…")
            case FileState.QUESTION:
                chips = dict.fromkeys(one.chip.name for one in self.candidates)
                return tr("Which chip is it?") if len(chips) > 1 else tr("Which format is it?")
            case FileState.FAILED:
                return tr("Could not be opened")
            case FileState.OPEN:
                chip = self.document.base.chip.name if self.document is not None else ""
                return f"{chip} · {self.format}"

    def begin(self) -> None:
        """It is about to be read."""
        self.state = FileState.LOADING
        self.changed.emit()

    def ask(self, candidates: "Sequence[Candidate]") -> None:
        """It can be each of ``candidates``."""
        self.state, self.candidates = FileState.QUESTION, tuple(candidates)
        self.changed.emit()

    def fail(self, why: str) -> None:
        """It cannot be opened, and ``why``, sentences."""
        self.state, self.failure = FileState.FAILED, why
        self.changed.emit()

    def fill(self, loaded: "Loaded") -> None:
        """It holds this; what was staged before goes."""
        from cardscope_gui.memory.document import MemoryDocument  # noqa: PLC0415 not for the first picture

        before = self.document
        self.document = MemoryDocument(loaded.snapshot, self)
        self.document.changed.connect(self._edited)
        self.known, self.format = loaded.known, loaded.format
        self.notes_read = self.notes_read and self.notes == loaded.notes
        self.notes = loaded.notes
        self.state = FileState.OPEN
        self.changed.emit()
        if before is not None:
            before.deleteLater()

    def saved(self, path: Path, loaded: "Loaded") -> None:
        """All that was staged is in the file at ``path`` now."""
        assert self.document is not None
        self.path, self.known, self.format, self.notes = path, loaded.known, loaded.format, loaded.notes
        self.document.rebase(loaded.snapshot)
        self.changed.emit()

    def _edited(self) -> None:
        self.changed.emit()
