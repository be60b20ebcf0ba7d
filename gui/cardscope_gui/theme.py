"""The look: colour tokens for dark and light, fonts and sizes, and the palette and style sheet made from them.

Painters ask :func:`tokens`, :func:`px`, :func:`ui_font` and :func:`mono_font`; whoever keeps something painted connects
to ``notifier().changed``. Widgets get their look from dynamic properties that the style sheet knows:

- ``QFrame``: ``surface`` = window | panel | surface | sunken | bar | code | notice | card
  | card-primary | tile | tile-quiet; ``edge`` = right | top | bottom for a hairline there
- ``QLabel``: ``role`` = display | title | heading | strong | secondary | secondary-small | tertiary | group | badge
- ``QPushButton``: ``kind`` = (none) | primary | tonal | link | choice, ``compact`` = true for 24 px,
  ``tall`` = true for the 32 px of a primary one;
  ``QToolButton`` is a flat icon button, or has an edge with ``outlined`` = true
"""

from enum import StrEnum
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from cardscope_gui.stylesheet import stylesheet


class Appearance(StrEnum):
    """What the user wants to see."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Tokens(NamedTuple):
    """Every colour by its use, as ``#RRGGBB``. Text keeps a WCAG contrast of 4.5 on every surface but where noted."""

    window: str
    panel: str
    surface: str
    sunken: str
    bar: str
    border: str
    divider: str
    control: str
    btn: str
    btn_hover: str
    btn_pressed: str
    btnline: str
    text: str
    text2: str
    text3: str
    """Never on ``soft`` nor in the tinted cells of a selected row: the contrast falls under 4.5 there."""
    accent: str
    fill: str
    fill_hover: str
    onfill: str
    soft: str
    soft_hover: str
    sel: str
    hover: str
    ok: str
    ok_bg: str
    warn: str
    warn_bg: str
    bad: str
    bad_bg: str
    pend: str
    pend_bg: str
    apdu_class: str
    apdu_ins: str
    apdu_p1p2: str
    apdu_lc: str
    apdu_data: str
    apdu_le: str
    area_serial: str
    area_lock: str
    area_cc: str
    area_ndef: str
    area_config: str
    area_pwd: str
    area_free: str


DARK = Tokens(
    window="#15171A",
    panel="#181B1F",
    surface="#1D2024",
    sunken="#15171A",
    bar="#272B31",
    border="#2B3037",
    divider="#24282E",
    control="#6A7380",
    btn="#2E333A",
    btn_hover="#373D45",
    btn_pressed="#272B31",
    btnline="#3D444E",
    text="#E8EBEF",
    text2="#B0B8C3",
    text3="#8E97A5",
    accent="#7FB0FA",
    fill="#2E6AD1",
    fill_hover="#3872D8",
    onfill="#FFFFFF",
    soft="#233249",
    soft_hover="#2A3C57",
    sel="#222D3D",
    hover="#21252B",
    ok="#6CCB96",
    ok_bg="#1B2F27",
    warn="#E4B65A",
    warn_bg="#332B1A",
    bad="#F28B82",
    bad_bg="#3A2322",
    pend="#BFA8FA",
    pend_bg="#312A48",
    apdu_class="#A9B4C4",
    apdu_ins="#7FB0FA",
    apdu_p1p2="#6FC0B4",
    apdu_lc="#CDB271",
    apdu_data="#E8EBEF",
    apdu_le="#D79AB8",
    area_serial="#8CA0BC",
    area_lock="#CB9078",
    area_cc="#AFA265",
    area_ndef="#5BA6B5",
    area_config="#86A882",
    area_pwd="#BF86A6",
    area_free="#5D6673",
)

LIGHT = Tokens(
    window="#ECEEF1",
    panel="#F5F6F8",
    surface="#FFFFFF",
    sunken="#F9FAFB",
    bar="#EFF1F5",
    border="#D8DCE2",
    divider="#E8EBEF",
    control="#868E9A",
    btn="#FFFFFF",
    btn_hover="#F2F4F7",
    btn_pressed="#E4E8ED",
    btnline="#C3C9D2",
    text="#1A1D21",
    text2="#4A5361",
    text3="#626B79",
    accent="#1F5FC4",
    fill="#2461C9",
    fill_hover="#1D55B5",
    onfill="#FFFFFF",
    soft="#DFE9FA",
    soft_hover="#D3E1F8",
    sel="#EAF1FC",
    hover="#EBEEF2",
    ok="#176B41",
    ok_bg="#E2F3E9",
    warn="#7E5200",
    warn_bg="#FBF0D6",
    bad="#B3261E",
    bad_bg="#FBE7E5",
    pend="#5B3FB8",
    pend_bg="#ECE7FB",
    apdu_class="#56606E",
    apdu_ins="#1F5FC4",
    apdu_p1p2="#0F6E63",
    apdu_lc="#7E5D00",
    apdu_data="#1A1D21",
    apdu_le="#96406C",
    area_serial="#6F86A6",
    area_lock="#B8755A",
    area_cc="#968838",
    area_ndef="#3A8B9B",
    area_config="#66905F",
    area_pwd="#A8648A",
    area_free="#A4ACB8",
)


def high_contrast(palette: QPalette) -> Tokens:
    """Tokens that use nothing but the system's own colours; shapes and words then carry the states alone."""
    role = QPalette.ColorRole
    ground, ink = palette.color(role.Base).name(), palette.color(role.Text).name()
    marked, on_marked = palette.color(role.Highlight).name(), palette.color(role.HighlightedText).name()
    grounds = {"window", "panel", "surface", "sunken", "bar", "btn", "soft", "sel", "hover"}
    special = {"fill": marked, "fill_hover": marked, "onfill": on_marked, "accent": palette.color(role.Link).name()}
    by_name = {
        name: ground if name in grounds or name.endswith(("_bg", "_hover", "_pressed")) else special.get(name, ink)
        for name in Tokens._fields
    }
    return Tokens(**(by_name | special))


class Theme(QObject):
    """The one current look. ``changed`` comes after palette and style sheet are in place."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tokens = LIGHT
        self.appearance = Appearance.SYSTEM
        self.scale = 1.0
        self.name_weight = QFont.Weight.Medium
        """Of names and titles of 13 px in the interface face, see :func:`ui_font`."""
        self._dressed = False
        self._system_palette: QPalette | None = None

    def install(self, appearance: Appearance) -> None:
        """Dresses the application and from now on follows the system's colours; again, only sets the appearance."""
        if self._system_palette is not None:
            self.set_appearance(appearance)
            return
        self._system_palette = QPalette(QGuiApplication.palette())
        self.scale = _user_scale()
        self.name_weight = name_weight(QGuiApplication.font())
        QApplication.setStyle("Fusion")
        QApplication.setFont(ui_font(13))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)
        self.set_appearance(appearance)

    def set_appearance(self, appearance: Appearance) -> None:
        """Follows the system, or stays light or dark whatever the system says."""
        self.appearance = appearance
        hints = QGuiApplication.styleHints()
        # Qt 6.8 and later can tell the platform too, which colours the title bar; before that only the content changes.
        if hasattr(hints, "setColorScheme"):
            scheme = {Appearance.DARK: Qt.ColorScheme.Dark, Appearance.LIGHT: Qt.ColorScheme.Light}.get(appearance)
            hints.blockSignals(True)
            if scheme is None:
                hints.unsetColorScheme()
            else:
                hints.setColorScheme(scheme)
            hints.blockSignals(False)
        self._apply()

    def _apply(self) -> None:
        chosen = self._choose()
        if self._dressed and chosen == self.tokens:
            return
        self._dressed = True
        self.tokens = chosen
        QApplication.setPalette(_palette(self.tokens))
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setStyleSheet(stylesheet(self.tokens, px, self.name_weight.value))
        self.changed.emit()

    def _choose(self) -> Tokens:
        hints = QGuiApplication.styleHints()
        if hasattr(hints, "accessibility") and self._system_palette is not None:
            preference = hints.accessibility().contrastPreference()
            if preference == Qt.ContrastPreference.HighContrast:
                return high_contrast(self._system_palette)
        dark = self.appearance == Appearance.DARK or (
            self.appearance == Appearance.SYSTEM and hints.colorScheme() == Qt.ColorScheme.Dark
        )
        return DARK if dark else LIGHT


class _Holder:
    theme: Theme | None = None


def notifier() -> Theme:
    """The application's theme, made at the first call."""
    if _Holder.theme is None:
        _Holder.theme = Theme()
    return _Holder.theme


def tokens() -> Tokens:
    """The colours of this moment."""
    return notifier().tokens


def px(size: float) -> int:
    """A length of the design, in logical pixels, at the user's font size."""
    return round(size * notifier().scale)


def ui_font(size: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The system's interface face at ``size`` design pixels.

    Medium from 13 px on is for names and titles. Where the face has no Medium (DejaVu Sans, Segoe UI) they become
    DemiBold: Qt would take Regular, and they would look like the text under them.
    """
    if weight == QFont.Weight.Medium and size >= 13:
        weight = notifier().name_weight
    return _sized(QFont(QGuiApplication.font()), size, weight)


def mono_font(size: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The system's monospace face at ``size`` design pixels."""
    return _sized(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont), size, weight)


def color(name: str) -> QColor:
    """A token's colour of this moment, by the token's name."""
    return QColor(getattr(tokens(), name))


def repolish(widget: QWidget) -> None:
    """Makes a changed dynamic property show."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _sized(font: QFont, size: float, weight: QFont.Weight) -> QFont:
    font.setPixelSize(max(1, px(size)))
    font.setWeight(weight)
    return font


def name_weight(font: QFont) -> QFont.Weight:
    """Medium where the face of ``font`` has it, else DemiBold."""
    regular, medium = QFont(font), QFont(font)
    regular.setWeight(QFont.Weight.Normal)
    medium.setWeight(QFont.Weight.Medium)
    # QFontInfo.weight() is the weight that was asked for; the style's name is that of the face found.
    found = QFontInfo(medium).styleName()
    return QFont.Weight.DemiBold if found and found == QFontInfo(regular).styleName() else QFont.Weight.Medium


def _user_scale() -> float:
    """The user's font size against the design's 13 px; what every platform has as its default counts as 1."""
    ratio = QFontInfo(QGuiApplication.font()).pixelSize() / 13
    return 1.0 if 0.8 < ratio < 1.2 else ratio


def _palette(colors: Tokens) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for roles, value in (
        ((role.Window, role.AlternateBase), colors.panel),
        ((role.Base, role.ToolTipBase), colors.surface),
        ((role.Text, role.WindowText, role.ButtonText, role.ToolTipText, role.BrightText), colors.text),
        ((role.Button, role.Light, role.Midlight), colors.btn),
        ((role.Mid, role.Dark, role.Shadow), colors.border),
        ((role.PlaceholderText,), colors.text3),
        ((role.Highlight, role.Accent), colors.fill),
        ((role.HighlightedText,), colors.onfill),
        ((role.Link, role.LinkVisited), colors.accent),
    ):
        for each in roles:
            palette.setColor(each, QColor(value))
    for each in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(group.Disabled, each, QColor(colors.text3))
    return palette
