"""The menus' actions while the Memory tab, or another view of its document, is in front."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cardscope_gui.memory.actions import MemoryActions
from cardscope_gui.memory.bytes_text import Notation

if TYPE_CHECKING:
    from cardscope_gui.memory.tab import MemoryTab


class TabActions(QObject):
    """Connects them with ``tab``, and has them enabled when they would do something there."""

    def __init__(self, actions: MemoryActions, tab: "MemoryTab") -> None:
        super().__init__(tab)
        self._actions = actions
        self._tab = tab
        table, editor, find_bar = tab.table, tab.editor, tab.find_bar
        for action, does in (
            (actions.undo, lambda: tab.document and tab.document.stack.undo()),
            (actions.redo, lambda: tab.document and tab.document.stack.redo()),
            (actions.copy_hex, lambda: editor.copy(Notation.HEX)),
            (actions.copy_text, lambda: editor.copy(Notation.TEXT)),
            (actions.copy_c, lambda: editor.copy(Notation.C_ARRAY)),
            (actions.paste, editor.paste),
            (actions.paste_text, editor.paste_text),
            (actions.fill, tab.ask_to_fill),
            (actions.revert, editor.revert),
            (actions.select_all, table.select_all),
            (actions.find, find_bar.open_bar),
            (actions.find_next, find_bar.next),
            (actions.find_previous, find_bar.previous),
            (actions.fold, table.toggle_fold),
            (actions.read_again, tab.read_again),
            (actions.review, tab.review),
            (actions.discard, tab.discard),
            (actions.save_dump, lambda: tab.save_wanted.emit()),  # noqa: PLW0108 else with whether it is checked
        ):
            action.triggered.connect(does)
        for action in (actions.undo, actions.redo):
            tab.addAction(action)
        for action in (actions.copy_hex, actions.paste, actions.paste_text, actions.fill, actions.select_all):
            table.addAction(action)

    def update(self) -> None:
        """To be called when it may be others that would do something."""
        actions, tab, document = self._actions, self._tab, self._tab.document
        there = tab.front and document is not None
        for action in actions.all():
            if action is not actions.save_dump:  # a file can be saved from every tab
                action.setEnabled(there)
        stack = document.stack if document is not None else None
        seen = tab.front or tab.beside
        actions.undo.setEnabled(seen and stack is not None and stack.canUndo())
        actions.redo.setEnabled(seen and stack is not None and stack.canRedo())
        staged = seen and document is not None and bool(document.staged)
        actions.discard.setEnabled(staged)
        actions.review.setEnabled(staged and tab.bar.review.isEnabled() and not tab.bar.review.isHidden())
        actions.protection.menu.setEnabled(tab.front and tab.known is not None)
        actions.read_again.setEnabled(seen and tab.session is not None and not tab.reading.running)
