"""Carries exchanges away from the transcript: rows as programs on the clipboard, all that is shown as a file."""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from cardscope.events import CardInserted, Exchanged
from cardscope_gui.bridge import Bridge
from cardscope_gui.console.export_dialog import ask_file
from cardscope_gui.console.transcript_model import TranscriptModel
from cardscope_gui.console.transcript_pane import TranscriptPane
from cardscope_gui.console.transcript_rows import PickedExchanges
from cardscope_gui.widgets.buttons import IconButton

if TYPE_CHECKING:
    from PySide6.QtWidgets import QFileDialog

    from cardscope.export import CopyFormat, ExportedExchange, SaveFormat

_SLICE: Final = 32
"""Exchanges written at a time: while Python computes them, the event loop waits up to 5 ms for its turn."""
_CONVERTED: Final = 1000
"""Exchanges made ready for a copy in one turn of the event loop: about 3 ms."""
_LOOKED_AT: Final = 200
"""Of a larger selection it is not told whether there are secrets in it."""


class TranscriptExport(QObject):
    """Adds its entries to the transcript's context menu, and has a button for the panel to place."""

    def __init__(self, bridge: Bridge, model: TranscriptModel, pane: TranscriptPane, parent: QWidget) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._model = model
        self._view = pane.view
        self._cards: dict[tuple[str, int], tuple[bytes, float]] = {}
        """By reader and insertion the ATR, and what to add to a monotonic time for that of the clock on the wall: taken
        at each insertion, since the monotonic clock may stand still while the computer sleeps."""
        self._clock = time.time() - time.monotonic()
        self._saving = False
        self._cancelled = False
        self.bar = pane.export_bar
        self.button = IconButton("save", self.tr("Copy or save the transcript"), parent=parent)
        self.dialog: QFileDialog | None = None
        """The last one that was opened."""
        bridge.published.connect(self._on_event)
        pane.view.menu_made.connect(self.add_to)
        pane.view.copy_wanted.connect(self._copy_hex)
        self.button.clicked.connect(self._open_menu)
        self.bar.cancelled.connect(self._cancel)
        QShortcut(QKeySequence("Ctrl+Shift+S"), parent, self.save)

    def add_to(self, menu: QMenu) -> None:
        """Adds what can be done with the selected rows, and with all."""
        rows = self._view.selected_rows()
        menu.addSeparator()
        self._add_forms(menu.addMenu(self.tr("Copy &as")), rows, include_secrets=False)
        if len(rows) > _LOOKED_AT or any(self._has_secrets(row) for row in rows):
            self._add_forms(menu.addMenu(self.tr("Copy with &secrets as")), rows, include_secrets=True)
        menu.addSeparator()
        save = menu.addAction(self.tr("Save &transcript…"), self.save)
        with_secrets = menu.addAction(self.tr("Save transcript &with secrets…"), self.save_with_secrets)
        for action in (save, with_secrets):
            action.setEnabled(self._model.rowCount() > 0 and not self._saving)

    def save(self) -> None:
        """Asks for a file and writes the exchanges shown to it, without their secrets."""
        self._ask(include_secrets=False)

    def save_with_secrets(self) -> None:
        """The same, with PINs, passwords and keys in it."""
        self._ask(include_secrets=True)

    def copy(self, form: "CopyFormat", *, include_secrets: bool = False) -> None:
        """Puts the selected rows on the clipboard."""
        self._bridge.spawn(self._copy(self._model.picked(self._view.selected_rows()), form, include_secrets))

    def _copy_hex(self) -> None:
        from cardscope.export import CopyFormat  # noqa: PLC0415 not for the first picture

        self.copy(CopyFormat.HEX)

    def _add_forms(self, menu: QMenu, rows: Sequence[int], *, include_secrets: bool) -> None:
        from cardscope.export import CopyFormat  # noqa: PLC0415 not for the first picture

        names = {
            CopyFormat.HEX: self.tr("&Hex"),
            CopyFormat.PYTHON: self.tr("&Python (pyscard)"),
            CopyFormat.JAVA: self.tr("&Java (javax.smartcardio)"),
            CopyFormat.NODE: self.tr("&Node (pcsclite)"),
            CopyFormat.C: self.tr("&C (PC/SC)"),
            CopyFormat.OPENSC_TOOL: self.tr("&opensc-tool command"),
            CopyFormat.SCRIPTOR: self.tr("&gscriptor script"),
        }
        menu.setEnabled(bool(rows))
        for form, name in names.items():
            menu.addAction(name, partial(self.copy, form, include_secrets=include_secrets))

    def _open_menu(self) -> None:
        menu = QMenu(self.button)
        self.add_to(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.button.mapToGlobal(QPoint(0, self.button.height())))

    def _has_secrets(self, row: int) -> bool:
        exported = self._exported(self._model.exchange(row))
        secret = exported.shown(include_secrets=False).secrets
        return bool(secret or exported.answer_secrets(include_secrets=False))

    def _on_event(self, event: object) -> None:
        if isinstance(event, CardInserted):
            self._clock = time.time() - time.monotonic()
            self._cards[event.reader, event.insertion] = event.atr, self._clock

    def _exported(self, exchange: Exchanged) -> "ExportedExchange":
        from cardscope.export import ExportedExchange  # noqa: PLC0415

        atr, clock = self._cards.get((exchange.reader, exchange.insertion), (None, self._clock))
        return ExportedExchange.of(exchange, clock=clock, atr=atr, chip=self._model.chip_of(exchange))

    async def _copy(self, exchanges: PickedExchanges, form: "CopyFormat", include_secrets: bool) -> None:
        import asyncio  # noqa: PLC0415 not for the first picture

        from cardscope.export import ExportError, check_number, copied  # noqa: PLC0415
        from cardscope.worker import Worker  # noqa: PLC0415

        worker = Worker("cardscope export")
        try:
            check_number(len(exchanges))
            rows: list[ExportedExchange] = []
            for at in range(0, len(exchanges), _CONVERTED):
                rows += map(self._exported, exchanges.part(at, _CONVERTED))
                await asyncio.sleep(0)
            text = await worker.call(partial(copied, rows, form, include_secrets=include_secrets))
        except ExportError as error:
            self.bar.fail(f"{error} {error.remedy}".strip())
        else:
            QGuiApplication.clipboard().setText(text)
        finally:
            worker.stop()

    def _ask(self, *, include_secrets: bool) -> None:
        shown = self._model.rowCount()
        if self._saving or not shown:
            return
        title = self.tr("Save the transcript")
        if shown < self._model.total:
            title = self.tr("Save the {0} exchanges that are shown, of {1}").format(
                f"{shown:,}", f"{self._model.total:,}"
            )

        def chosen(path: str, form: "SaveFormat") -> None:
            self._bridge.spawn(self._save(Path(path), form, include_secrets))

        self.dialog = ask_file(self._view.window(), title, chosen)

    def _cancel(self) -> None:
        self._cancelled = True

    async def _save(self, path: Path, form: "SaveFormat", include_secrets: bool) -> None:
        from cardscope.export import ExportError, TranscriptFile  # noqa: PLC0415
        from cardscope.worker import Worker  # noqa: PLC0415

        if self._saving:
            return
        self._saving, self._cancelled = True, False
        exchanges = self._model.picked()  # the transcript may be cleared or filtered while they are written
        file = TranscriptFile(path, form, include_secrets=include_secrets)
        worker = Worker("cardscope export")
        try:
            await worker.call(file.begin)
            shown = -1
            for at in range(0, len(exchanges), _SLICE):
                if (percent := 100 * at // len(exchanges)) != shown:
                    shown = percent
                    self.bar.show_progress(self.tr("Saving to {0}: {1} %").format(path.name, percent))
                rows = [self._exported(each) for each in exchanges.part(at, _SLICE)]
                await worker.call(partial(file.add, rows))
                if self._cancelled:
                    self.bar.say(self.tr("Not saved: {0} was cancelled.").format(path.name))
                    return
            notes = await worker.call(file.finish)
            said = self.tr("Saved {0} exchanges to {1}.").format(f"{len(exchanges):,}", str(path))
            self.bar.say(" ".join((said, *notes)))
        except ExportError as error:
            self.bar.fail(f"{error} {error.remedy}".strip())
        finally:
            self._saving = False
            await worker.call(file.abandon)  # nothing is left to be removed when all went well
            worker.stop()
