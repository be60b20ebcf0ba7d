"""Opening a tag for this session: one try for each click, and none without."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cardscope.memory.credentials import KEY_SIZE, Credentials
from cardscope.memory.unlocking import Tries
from cardscope.tags.catalogue import Chip
from cardscope.tags.image import PAGE_SIZE
from cardscope_gui import theme
from cardscope_gui.memory.protection.dialog import FlowDialog
from cardscope_gui.memory.protection.rows import Callout, TickRow
from cardscope_gui.memory.protection.secret_field import SecretField
from cardscope_gui.memory.protection.words import budget, has_key, tr
from cardscope_gui.widgets.buttons import Button
from cardscope_gui.widgets.marks import Mark


class UnlockDialog(FlowDialog):
    """``opened`` is what opened the tag already. ``tries`` is what the tag forgives."""

    try_wanted = Signal(object)
    """The Credentials to be tried once."""
    close_wanted = Signal()
    """What opened the tag is not to be remembered any longer."""
    forget_wanted = Signal()
    """What the keyring has for the tag is to be taken out."""

    def __init__(
        self, chip: Chip, tag: str, tries: Tries, opened: Credentials | None, parent: QWidget | None = None
    ) -> None:
        self._by_key = has_key(chip)
        if self._by_key:
            title = tr("Unlock with the key")
            explained = tr(
                "The key is tried once. If the tag takes it, its memory is read again and plans use the key, until the "
                "tag is taken away. Nothing on the tag is changed."
            )
        else:
            title = tr("Unlock with the password")
            explained = tr(
                "The password is tried once. If the tag takes it, its memory is read again and plans use the password, "
                "until the tag is taken away. Nothing but the tag's count of wrong tries can change."
            )
        super().__init__(title, tag, explained, tr("Try it once"), parent, no=tr("Close"))
        self._tries = tries
        self._made = 0
        self._busy = False
        self._kept: Credentials | None = None
        self._build(opened)
        self._show()

    @property
    def keeps(self) -> bool:
        """Whether what opens the tag is to go into the keyring."""
        return self.keep.on

    def show_kept(self, kept: Credentials | None, *, possible: bool, problem: str = "") -> None:
        """What the keyring has for the tag, and whether there is a keyring."""
        self._kept = kept
        self.keep.setEnabled(possible)
        if not possible:
            why = problem or tr("This system has no keyring that encrypts, and a plain file is no place for it.")
            self.keep.set_words(self._keep_words, why)
        self._show()

    def show_failure(self, text: str, *, counted: bool) -> None:
        """The try failed; ``counted``: the tag may have counted it."""
        self._busy = False
        self._made += counted
        self.risk.tick(False)  # the next try is another permanent effect
        self.problem.say(text, Mark.CROSS)
        self._show()
        self.secret.line.setFocus()
        self.secret.line.selectAll()

    def give(self) -> None:
        if self.secret.value is not None and self._may_try:
            self._try(Credentials(key=self.secret.value) if self._by_key else Credentials(self.secret.value))

    @property
    def _may_try(self) -> bool:
        return not self._busy and (self.risk.on or not self._tries.may_lock)

    def _build(self, opened: Credentials | None) -> None:
        self.state = Callout(self)
        if opened is not None:
            self.state.say(_opened_words(opened), Mark.TICK)
        self.form.addWidget(self.state)
        name = tr("Key, as stored in pages 44 to 47") if self._by_key else tr("Password")
        self.secret = SecretField(name, KEY_SIZE if self._by_key else PAGE_SIZE, parent=self)
        self.add_field(name, self.secret)
        self.budget = Callout(self)
        self.form.addWidget(self.budget)
        self.risk = TickRow(tr("I want this one try, though a wrong one may be the last"), parent=self, permanent=True)
        self.risk.setVisible(self._tries.may_lock)
        self.form.addWidget(self.risk)
        self._keep_words = tr("Keep it in the system's keyring")
        self.keep = TickRow(self._keep_words, tr("Under the number of this tag, once the tag has taken it."), self)
        self.form.addWidget(self.keep)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        words = tr("Use the kept key") if self._by_key else tr("Use the kept password")
        self.use_kept = Button(words, "tonal", "key", self)
        self.forget = Button(tr("Take it out of the keyring"), "link", parent=self)
        self.use_kept.clicked.connect(self._use_kept)
        self.forget.clicked.connect(self.forget_wanted)
        row.addWidget(self.use_kept)
        row.addWidget(self.forget)
        row.addStretch(1)
        self.form.addLayout(row)
        self.lock_again = Button(tr("Lock again"), parent=self)
        self.lock_again.setProperty("tall", True)
        self.lock_again.setToolTip(tr("Forgets it here, and takes the tag's power away"))
        self.lock_again.setVisible(opened is not None)
        self.lock_again.clicked.connect(self._close)
        self.foot.addWidget(self.lock_again)
        self.secret.changed.connect(self._show)
        self.risk.toggled.connect(self._show)
        self.secret.line.returnPressed.connect(self.give)
        self.secret.setFocus()

    def _show(self) -> None:
        self.budget.say(budget(self._tries, self._made))
        self.use_kept.setVisible(self._kept is not None)
        self.forget.setVisible(self._kept is not None)
        self.use_kept.setEnabled(self._may_try)
        self.yes.setEnabled(self._may_try and self.secret.value is not None)
        self.yes.setText(tr("Trying…") if self._busy else tr("Try it once"))

    def _use_kept(self) -> None:
        if self._kept is not None and self._may_try:
            self._try(self._kept)

    def _try(self, credentials: Credentials) -> None:
        self._busy = True
        self.problem.say("")
        self._show()
        self.try_wanted.emit(credentials)

    def _close(self) -> None:
        self.close_wanted.emit()
        self.accept()


def _opened_words(opened: Credentials) -> str:
    if opened.key is not None:
        return tr("The tag has taken the key in this session.")
    pack = tr("unknown") if opened.pack is None else opened.pack.hex().upper()
    return tr("The tag has taken the password in this session. It answered PACK {0}.").format(pack)
