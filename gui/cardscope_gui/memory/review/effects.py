"""What a plan does beside writing bytes: each effect with its code, and a tick box where nothing takes it back."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from cardscope.decode.hex import format_hex
from cardscope.memory.plan import PlanHazard
from cardscope_gui import theme
from cardscope_gui.console.tick_box import TickBox
from cardscope_gui.memory.review.approval import MAY_LOSE_CARD, Approval
from cardscope_gui.memory.words import tr
from cardscope_gui.widgets.labels import label, paragraph
from cardscope_gui.widgets.marks import IconLabel, Mark, MarkLabel

_PAIR_WIDTH = 56


class EffectBox(QFrame):
    """One effect. ``tick`` is there for a permanent one."""

    def __init__(self, hazard: PlanHazard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hazard = hazard
        loses = hazard.permanent and hazard.code in MAY_LOSE_CARD
        self.setProperty("surface", "refusal" if loses else "caution" if hazard.permanent else "code")
        if loses:
            kind, role, mark = tr("Permanent, may lose the card"), "strong-bad", IconLabel("stop", "bad", 16, self)
        elif hazard.permanent:
            kind, role, mark = tr("Permanent"), "strong-warn", MarkLabel(Mark.PERMANENT, 16, self)
        else:
            kind, role, mark = tr("Can be undone"), "strong", MarkLabel(Mark.CAUTION, 16, self)
        self.tick = TickBox(tr("I want this: {0}").format(hazard.text), self) if hazard.permanent else None
        undo = tr("What would undo it: {0}").format(hazard.undo)
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        if self.tick is not None:
            head.addWidget(self.tick)
        head.addWidget(mark)
        head.addWidget(paragraph(kind, role, self), 1)
        code = label(hazard.code, "secondary-small", self)
        code.setToolTip(tr("Its code in the list of hazards"))
        head.addWidget(code)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(10))
        column.setSpacing(theme.px(4))
        column.addLayout(head)
        column.addWidget(paragraph(hazard.text, "body", self))
        column.addWidget(paragraph(undo, "secondary-small", self))
        self.setAccessibleName(f"{kind}, {hazard.code}. {hazard.text} {undo}")


class Effects(QWidget):
    """All effects of a plan, the permanent ones first, and the field for the tag's number."""

    given = Signal()
    """The approval is complete, or not any more."""

    def __init__(self, hazards: tuple[PlanHazard, ...], approval: Approval, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._approval = approval
        self.boxes: list[EffectBox] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        for number, hazard in enumerate(approval.permanent):
            box = EffectBox(hazard, self)
            assert box.tick is not None
            box.tick.toggled.connect(partial(self._ticked, number))
            self._add(box, column)
        self.pair = self._pair_field(column) if approval.permanent else None
        for hazard in hazards:
            if not hazard.permanent:
                self._add(EffectBox(hazard, self), column)

    def _add(self, box: EffectBox, column: QVBoxLayout) -> None:
        self.boxes.append(box)
        column.addWidget(box)

    def _pair_field(self, column: QVBoxLayout) -> QLineEdit:
        uid = self._approval.plan.base.uid
        words = tr("To agree to what is ticked, complete this tag's number:")
        field = QLineEdit(self)
        field.setMaxLength(2)
        field.setFixedWidth(theme.px(_PAIR_WIDTH))
        field.setFont(theme.mono_font(14))
        field.setAccessibleName(f"{words} {format_hex(uid, ' ')}")
        field.setPlaceholderText("··")
        field.textChanged.connect(self._typed)
        number = label(format_hex(uid[:-1], " "), "mono", self)
        number.setFont(theme.mono_font(14))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(number)
        row.addWidget(field)
        row.addStretch(1)
        column.addSpacing(theme.px(4))
        column.addWidget(paragraph(words, "secondary", self))
        column.addLayout(row)
        column.addSpacing(theme.px(8))
        return field

    def _ticked(self, number: int, on: bool) -> None:
        self._approval.tick(number, on)
        self.given.emit()

    def _typed(self, text: str) -> None:
        self._approval.typed = text
        self.given.emit()
