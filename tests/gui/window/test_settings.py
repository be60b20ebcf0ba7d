"""What is remembered, and that nothing else is written."""

import pytest
from PySide6.QtCore import QByteArray

from cardscope_gui.settings import Settings, SizeClass
from cardscope_gui.theme import Appearance


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1280, 760, SizeClass.WIDE_TALL),
        (1279, 760, SizeClass.NARROW_TALL),
        (1280, 759, SizeClass.WIDE_LOW),
        (1024, 640, SizeClass.NARROW_LOW),
    ],
)
def test_size_classes_change_at_the_designs_steps(width, height, expected):
    assert SizeClass.of(width, height) is expected


def test_everything_comes_back_in_the_next_start(tmp_path):
    path = tmp_path / "a" / "window.ini"
    first = Settings(path)
    first.appearance = Appearance.DARK
    first.geometry = QByteArray(b"\x01\xd9\xd0\xcb")
    first.set_console_height(SizeClass.WIDE_TALL, 312)
    first.set_console_folded(SizeClass.NARROW_LOW, False)
    first.set_sidebar_rail(SizeClass.WIDE_TALL, True)
    first.command_form = True
    first.save()
    second = Settings(path)
    assert second.appearance is Appearance.DARK
    assert second.geometry == QByteArray(b"\x01\xd9\xd0\xcb")
    assert second.console_height(SizeClass.WIDE_TALL) == 312
    assert second.console_height(SizeClass.WIDE_LOW) is None
    assert second.console_folded(SizeClass.NARROW_LOW) is False
    assert second.console_folded(SizeClass.WIDE_LOW) is None
    assert second.sidebar_rail(SizeClass.WIDE_TALL) is True
    assert second.command_form is True
    assert [each.name for each in tmp_path.rglob("*") if each.is_file()] == ["window.ini"]


def test_a_spoilt_file_counts_as_nothing_set(tmp_path):
    path = tmp_path / "window.ini"
    path.write_text(
        "[General]\nappearance=pink\ngeometry=tall\n[wide-tall]\n"
        "console_height=-3\nconsole_folded=perhaps\nsidebar_rail=\n",
        encoding="utf-8",
    )
    settings = Settings(path)
    assert settings.appearance is Appearance.SYSTEM
    assert settings.geometry is None
    assert settings.console_height(SizeClass.WIDE_TALL) is None
    assert settings.console_folded(SizeClass.WIDE_TALL) is None
    assert settings.sidebar_rail(SizeClass.WIDE_TALL) is None
