"""The application's one style sheet, written from the colour tokens and the user's font size."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cardscope_gui.theme import Tokens


def stylesheet(c: "Tokens", px: Callable[[float], int], name_weight: int) -> str:
    """``px`` turns a design length into logical pixels. Borders and radii stay as drawn; type and padding scale.
    ``name_weight`` is the font weight of names and titles of 13 px."""
    return f"""
QMainWindow, QDialog {{ background: {c.surface}; }}
QFrame[surface="window"] {{ background: {c.window}; }}
QFrame[surface="panel"] {{ background: {c.panel}; }}
QFrame[surface="surface"] {{ background: {c.surface}; }}
QFrame[surface="sunken"] {{ background: {c.sunken}; }}
QFrame[surface="bar"] {{ background: {c.bar}; }}
QFrame[surface="card"] {{ background: {c.panel}; border: 1px solid {c.border}; border-radius: 10px; }}
QFrame[surface="card-primary"] {{ background: {c.panel}; border: 1px solid {c.accent}; border-radius: 10px; }}
QFrame[surface="tile"] {{ background: {c.soft}; border-radius: 10px; }}
QFrame[surface="tile-quiet"] {{ background: {c.surface}; border-radius: 8px; }}
QFrame[surface="code"] {{ background: {c.sunken}; border: 1px solid {c.border}; border-radius: 6px; }}
QFrame[surface="notice"] {{ background: {c.warn_bg}; border-bottom: 1px solid {c.border}; }}
QFrame[surface="caution"] {{ background: {c.warn_bg}; border-radius: 6px; }}
QFrame[surface="refusal"] {{ background: {c.bad_bg}; border-radius: 6px; }}
QFrame[surface="callout"] {{ background: {c.bar}; border: 1px solid {c.warn}; border-radius: 6px; }}
QFrame[edge="left"] {{ border-left: 1px solid {c.border}; }}
QFrame[edge="right"] {{ border-right: 1px solid {c.border}; }}
QFrame[edge="top"] {{ border-top: 1px solid {c.border}; }}
QFrame[edge="bottom"] {{ border-bottom: 1px solid {c.border}; }}

QLabel {{ color: {c.text}; background: transparent; }}
QLabel[role="display"] {{ font-size: {px(22)}px; font-weight: 600; }}
QLabel[role="title"] {{ font-size: {px(15)}px; font-weight: 600; }}
QLabel[role="heading"] {{ font-weight: 600; }}
QLabel[role="strong"] {{ font-weight: {name_weight}; }}
QLabel[role="strong-warn"] {{ font-weight: {name_weight}; color: {c.warn}; }}
QLabel[role="strong-bad"] {{ font-weight: {name_weight}; color: {c.bad}; }}
QLabel[role="secondary"] {{ color: {c.text2}; }}
QLabel[role="secondary-small"] {{ color: {c.text2}; font-size: {px(12)}px; }}
QLabel[role="tertiary"] {{ color: {c.text3}; font-size: {px(12)}px; }}
QLabel[role="group"] {{ color: {c.text2}; font-size: {px(12)}px; font-weight: 600; }}
QLabel[role="badge"] {{ color: {c.text2}; font-size: {px(12)}px; font-weight: 500;
    border: 1px solid {c.border}; border-radius: 6px; padding: 0 {px(8)}px; }}

QLabel[role="badge-words"] {{ color: {c.text2}; font-size: {px(12)}px; font-weight: 500; }}
QFrame[surface="badge"] {{ border: 1px solid {c.border}; border-radius: 6px; }}

QTabBar {{ background: transparent; border: none; font-size: {px(13)}px; font-weight: 500; }}
QTabBar::tab {{ background: transparent; color: {c.text2}; border: none; border-bottom: 2px solid transparent;
    padding: 0 {px(8)}px; min-height: {px(37)}px; }}
QTabBar::tab:hover {{ color: {c.text}; }}
QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.accent}; }}
QTabBar::tab:selected:focus {{ color: {c.accent}; }}
QTabBar[kind="parts"] {{ font-size: {px(12)}px; }}
QTabBar[kind="parts"]::tab {{ border: 1px solid {c.border}; border-radius: 6px; min-height: {px(24)}px;
    padding: 0 {px(9)}px; margin-right: {px(6)}px; }}
QTabBar[kind="parts"]::tab:hover {{ background: {c.hover}; }}
QTabBar[kind="parts"]::tab:selected {{ background: {c.soft}; color: {c.accent}; border-color: {c.soft}; }}
QTabBar[kind="parts"]::tab:selected:focus {{ border: 2px solid {c.accent}; padding: 0 {px(9) - 1}px;
    min-height: {px(24) - 2}px; }}
QTabBar QToolButton {{ background: {c.surface}; border: 1px solid {c.border}; }}

QMenuBar {{ background: {c.window}; color: {c.text2}; border-bottom: 1px solid {c.border};
    padding: 1px 0; font-size: {px(13)}px; }}
QMenuBar::item {{ background: transparent; padding: {px(5)}px {px(10)}px; border-radius: 4px; }}
QMenuBar::item:selected {{ background: {c.btn}; color: {c.text}; }}
QMenu {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.btnline}; padding: {px(5)}px; }}
QMenu::item {{ padding: {px(5)}px {px(24)}px {px(5)}px {px(26)}px; border-radius: 4px; }}
QMenu::item:selected {{ background: {c.soft}; color: {c.text}; }}
QMenu::item:disabled {{ color: {c.text3}; }}
QMenu::separator {{ height: 1px; background: {c.border}; margin: {px(5)}px {px(6)}px; }}
QToolTip {{ background: {c.bar}; color: {c.text}; border: 1px solid {c.btnline}; padding: {px(4)}px {px(6)}px; }}

QPushButton {{ background: {c.btn}; color: {c.text}; border: 1px solid {c.btnline}; border-radius: 6px;
    padding: 0 {px(12)}px; min-height: {px(26)}px; font-weight: 500; outline: none; }}
QPushButton:hover {{ background: {c.btn_hover}; }}
QPushButton:pressed, QPushButton:open {{ background: {c.btn_pressed}; }}
QPushButton:disabled {{ color: {c.text3}; background: transparent; }}
QPushButton:focus {{ border: 2px solid {c.accent}; padding: 0 {px(12) - 1}px; min-height: {px(26) - 2}px; }}
QPushButton[compact="true"] {{ min-height: {px(22)}px; padding: 0 {px(8)}px; font-size: {px(12)}px; }}
QPushButton[compact="true"]:focus {{ min-height: {px(22) - 2}px; padding: 0 {px(8) - 1}px; }}
QPushButton[tall="true"] {{ min-height: {px(30)}px; }}
QPushButton[tall="true"]:focus {{ min-height: {px(30) - 2}px; }}
QPushButton::menu-indicator {{ image: none; width: 0; }}
QPushButton[kind="primary"] {{ background: {c.fill}; color: {c.onfill}; border-color: {c.fill};
    min-height: {px(30)}px; padding: 0 {px(15)}px; }}
QPushButton[kind="primary"]:hover {{ background: {c.fill_hover}; }}
QPushButton[kind="primary"]:pressed {{ background: {c.fill}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {c.onfill}; padding: 0 {px(15) - 1}px;
    min-height: {px(30) - 2}px; }}
QPushButton[kind="primary"]:disabled {{ background: {c.btn}; color: {c.text3}; border-color: {c.btnline}; }}
QPushButton[kind="tonal"] {{ background: {c.soft}; color: {c.accent}; border-color: {c.soft}; }}
QPushButton[kind="tonal"]:hover {{ background: {c.soft_hover}; }}
QPushButton[kind="tonal"]:focus {{ border: 2px solid {c.accent}; }}
QPushButton[kind="tonal"]:disabled {{ background: transparent; color: {c.text3}; border-color: {c.btnline}; }}
QPushButton[kind="link"] {{ background: transparent; color: {c.accent}; border-color: transparent;
    padding: 0 {px(8)}px; }}
QPushButton[kind="link"]:hover {{ background: {c.soft}; }}
QPushButton[kind="link"]:disabled {{ color: {c.text3}; background: transparent; }}
QPushButton[kind="link"]:focus {{ border: 2px solid {c.accent}; padding: 0 {px(8) - 1}px; }}
QPushButton[kind="choice"] {{ background: {c.panel}; border-color: {c.border}; text-align: left; }}
QPushButton[kind="choice"]:hover {{ background: {c.hover}; border-color: {c.control}; }}
QPushButton[kind="choice"]:focus {{ border: 2px solid {c.accent}; padding: 0 {px(12) - 1}px; }}

QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 6px; outline: none;
    padding: 0; min-width: {px(22)}px; min-height: {px(22)}px; }}
QToolButton:hover {{ background: {c.btn}; }}
QToolButton:pressed, QToolButton:checked {{ background: {c.btn_pressed}; border-color: {c.btnline}; }}
QToolButton:focus {{ border: 2px solid {c.accent}; min-width: {px(22) - 2}px; min-height: {px(22) - 2}px; }}
QToolButton::menu-indicator {{ image: none; }}
QToolButton[outlined="true"] {{ background: {c.btn}; border-color: {c.btnline}; }}
QToolButton[outlined="true"]:focus {{ border-color: {c.accent}; }}

QLineEdit {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.control}; border-radius: 6px;
    padding: 0 {px(10)}px; min-height: {px(28)}px; selection-background-color: {c.fill};
    selection-color: {c.onfill}; }}
QLineEdit:focus {{ border: 2px solid {c.accent}; padding: 0 {px(10) - 1}px; min-height: {px(28) - 2}px; }}
QLineEdit:disabled {{ color: {c.text3}; border-color: {c.border}; }}

QAbstractItemView {{ border: none; outline: none; background: transparent; }}
QHeaderView {{ background: {c.bar}; }}
QHeaderView::section {{ background: {c.bar}; color: {c.text2}; border: none; border-right: 1px solid {c.border};
    border-bottom: 1px solid {c.border}; padding: {px(4)}px {px(8)}px; }}
QScrollArea {{ border: none; background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {c.control}; border-radius: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; margin: 2px 3px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; margin: 3px 2px; }}
QScrollBar::handle:hover {{ background: {c.text3}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: {c.border}; }}
QSplitter::handle:hover {{ background: {c.accent}; }}
"""
