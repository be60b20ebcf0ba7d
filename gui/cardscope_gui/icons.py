"""The project's own drawings, in the colour, size and pixel density that is wanted.

Every icon is drawn on a 16 px grid with a 1.4 px stroke in ``currentColor``. The stroke keeps its width at every size.
"""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from cardscope_gui import theme
from cardscope_resources import resource

_GRID = 16
_STROKE = 1.4


@cache
def _source(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text(encoding="utf-8")


@cache
def _rendered(name: str, color: str, size: int, dpr: float) -> QPixmap:
    stroke = f'stroke-width="{_STROKE * _GRID / size:.3f}"'
    svg = _source(name).replace("currentColor", color).replace(f'stroke-width="{_STROKE}"', stroke)
    pixmap = QPixmap(round(size * dpr), round(size * dpr))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(dpr)
    return pixmap


def pixmap(name: str, token: str, size: float, dpr: float | None = None) -> QPixmap:
    """The icon ``name`` in the colour of ``token``, ``size`` design pixels square, for a device of ``dpr``.

    Without ``dpr`` it is made for the densest screen. Raises FileNotFoundError for a name that has no drawing.
    """
    density = dpr or (QGuiApplication.instance() and QGuiApplication.primaryScreen().devicePixelRatio()) or 1.0
    return _rendered(name, str(getattr(theme.tokens(), token)), theme.px(size), density)


def icon(name: str, token: str, size: float, disabled: str = "control", gap: int = 0) -> QIcon:
    """The same as a QIcon, with the colour of the token ``disabled`` where it cannot be used.

    ``gap`` logical pixels stay free on the trailing side, where a button's words follow: style sheets know no spacing.
    The colours are those of this moment: make it anew when the theme changes.
    """
    made = QIcon(_with_gap(pixmap(name, token, size), gap))
    made.addPixmap(_with_gap(pixmap(name, disabled, size), gap), QIcon.Mode.Disabled)
    return made


def _with_gap(drawing: QPixmap, gap: int) -> QPixmap:
    if not gap:
        return drawing
    dpr = drawing.devicePixelRatio()
    wide = QPixmap(drawing.width() + round(gap * dpr), drawing.height())
    wide.setDevicePixelRatio(dpr)
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    mirrored = QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
    painter.drawPixmap(gap if mirrored else 0, 0, drawing)
    painter.end()
    return wide
