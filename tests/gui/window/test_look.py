"""Tokens, fonts and drawings."""

from collections import Counter
from importlib import resources

import pytest
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QTreeWidget

from cardscope_gui import icons, theme
from cardscope_gui.theme import Appearance

ICONS = sorted(
    path.name.removesuffix(".svg")
    for path in (resources.files("cardscope_resources") / "icons").iterdir()
    if path.name.endswith(".svg")
)


def luminance(color: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue, _ = QColor(color).getRgbF()
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, 1.4.3."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize(
    ("ink", "grounds", "least"),
    [
        ("text", ("window", "panel", "surface", "sunken", "bar", "btn", "soft", "sel"), 4.5),
        ("text2", ("window", "panel", "surface", "sunken", "bar", "soft", "sel"), 4.5),
        ("text3", ("panel", "surface", "sunken", "bar"), 4.5),
        ("accent", ("surface", "sel", "soft", "panel"), 4.5),
        ("onfill", ("fill", "fill_hover"), 4.5),
        ("ok", ("ok_bg", "surface", "panel", "sunken"), 4.5),
        ("warn", ("warn_bg", "surface", "panel", "sunken"), 4.5),
        ("bad", ("bad_bg", "surface", "panel", "sunken"), 4.5),
        ("pend", ("pend_bg", "surface"), 4.5),
        ("control", ("surface", "sunken", "panel"), 3.0),
    ],
)
def test_what_is_written_can_be_read(tokens, ink, grounds, least):
    for ground in grounds:
        assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= least, ground


@pytest.mark.parametrize("appearance", [Appearance.DARK, Appearance.LIGHT])
def test_the_header_of_qts_own_tables_can_be_read(qtbot, appearance):
    """As in Qt's file dialog."""
    theme.notifier().install(appearance)
    table = QTreeWidget()
    qtbot.addWidget(table)
    table.setHeaderLabels(["Name"])
    table.show()
    qtbot.waitExposed(table)
    drawn = table.header().viewport().grab().toImage()
    colours = Counter(drawn.pixelColor(x, y).name() for x in range(4, 60) for y in range(2, drawn.height() - 2))
    ground, _ = colours.most_common(1)[0]
    assert contrast(theme.tokens().text2, ground) >= 4.5
    assert max(contrast(ink, ground) for ink in colours) >= 4.5


def test_the_users_choice_overrides_the_system(qtbot):
    theme.notifier().install(Appearance.DARK)
    assert theme.tokens() is theme.DARK
    assert QApplication.palette().color(QPalette.ColorRole.Window).name().upper() == theme.DARK.panel
    with qtbot.waitSignal(theme.notifier().changed):
        theme.notifier().set_appearance(Appearance.LIGHT)
    assert theme.tokens() is theme.LIGHT
    assert QApplication.palette().color(QPalette.ColorRole.Window).name().upper() == theme.LIGHT.panel


def test_high_contrast_uses_the_systems_colours_alone():
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Base, QColor("#000000"))
    palette.setColor(QPalette.ColorRole.Text, QColor("#ffff00"))
    palette.setColor(QPalette.ColorRole.Highlight, QColor("#00ffff"))
    palette.setColor(QPalette.ColorRole.HighlightedText, QColor("#000000"))
    palette.setColor(QPalette.ColorRole.Link, QColor("#ffffff"))
    tokens = theme.high_contrast(palette)
    assert {tokens.surface, tokens.panel, tokens.bad_bg} == {"#000000"}
    assert {tokens.text, tokens.text3, tokens.bad} == {"#ffff00"}
    assert (tokens.fill, tokens.onfill, tokens.accent) == ("#00ffff", "#000000", "#ffffff")


@pytest.mark.parametrize("name", ICONS)
def test_each_icon_is_drawn_in_the_wanted_colour_and_density(qtbot, name):
    theme.notifier().install(Appearance.LIGHT)
    pixmap = icons.pixmap(name, "bad", 20, 2.0)
    assert pixmap.width() == pixmap.height() == 40
    assert pixmap.devicePixelRatio() == 2
    image = pixmap.toImage()
    opaque = {
        image.pixelColor(x, y).name() for x in range(40) for y in range(40) if image.pixelColor(x, y).alpha() == 255
    }
    assert opaque == {theme.LIGHT.bad.lower()}


@pytest.mark.parametrize("name", ICONS)
def test_each_icon_keeps_to_the_grid(name):
    source = (resources.files("cardscope_resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    for rule in ('viewBox="0 0 16 16"', 'stroke="currentColor"', 'stroke-width="1.4"', 'stroke-linecap="round"'):
        assert rule in source


def test_an_unknown_icon_is_an_error(qtbot):
    with pytest.raises(FileNotFoundError):
        icons.pixmap("no such drawing", "text", 16)


def test_names_stand_out_in_a_face_without_medium(qtbot, monkeypatch):
    theme.notifier().install(Appearance.LIGHT)
    weight = QFont.Weight
    monkeypatch.setattr(theme.notifier(), "name_weight", weight.DemiBold)
    assert theme.ui_font(13, weight.Medium).weight() == weight.DemiBold
    assert theme.ui_font(12, weight.Medium).weight() == weight.Medium, "buttons are no names"
    assert theme.ui_font(13).weight() == weight.Normal


@pytest.mark.parametrize(("family", "wanted"), [("DejaVu Sans", QFont.Weight.DemiBold), ("Inter", QFont.Weight.Medium)])
def test_the_weight_of_names_follows_the_face(qtbot, family, wanted):
    if family not in QFontDatabase.families():
        pytest.skip(f"{family} is not installed")
    assert theme.name_weight(QFont(family)) == wanted
