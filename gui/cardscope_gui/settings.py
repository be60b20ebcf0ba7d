"""What the window remembers between two starts: one INI file and nothing else."""

from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

from cardscope_gui.card.tabs import Tab
from cardscope_gui.theme import Appearance

_VPCD_PORT = 35963
"""vsmartcard's own, and cardscope.virtual.vpcd's, which is not loaded before it is needed."""


class SizeClass(StrEnum):
    """Windows that share a layout share what the user did to it."""

    WIDE_TALL = "wide-tall"
    WIDE_LOW = "wide-low"
    NARROW_TALL = "narrow-tall"
    NARROW_LOW = "narrow-low"

    @classmethod
    def of(cls, width: int, height: int) -> "SizeClass":
        """``width`` and ``height`` in design pixels; below 1280 a window is narrow, below 760 it is low."""
        if width < 1280:
            return cls.NARROW_LOW if height < 760 else cls.NARROW_TALL
        return cls.WIDE_LOW if height < 760 else cls.WIDE_TALL

    @property
    def narrow(self) -> bool:
        return self in (SizeClass.NARROW_LOW, SizeClass.NARROW_TALL)

    @property
    def low(self) -> bool:
        return self in (SizeClass.NARROW_LOW, SizeClass.WIDE_LOW)


class Settings:
    """Typed access to the file at ``path`` (by default ``window.ini`` in the user's configuration folder).

    A value that cannot be read counts as never set. Changes are written soon after, by :meth:`save` at the latest.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or _configuration_folder() / "window.ini"
        self._store = QSettings(str(self.path), QSettings.Format.IniFormat)

    @property
    def appearance(self) -> Appearance:
        try:
            return Appearance(str(self._store.value("appearance", Appearance.SYSTEM)))
        except ValueError:
            return Appearance.SYSTEM

    @appearance.setter
    def appearance(self, appearance: Appearance) -> None:
        self._store.setValue("appearance", appearance.value)

    @property
    def reader_model(self) -> str:
        """The key of the virtual reader's model."""
        return str(self._store.value("virtual_reader/model", "generic"))

    @reader_model.setter
    def reader_model(self, key: str) -> None:
        self._store.setValue("virtual_reader/model", key)

    @property
    def vpcd_port(self) -> int:
        """The TCP port at which the PC/SC service's virtual reader waits for a card."""
        try:
            port = int(str(self._store.value("virtual_reader/vpcd_port")))
        except ValueError:
            return _VPCD_PORT
        return port if 0 < port < 65536 else _VPCD_PORT

    @vpcd_port.setter
    def vpcd_port(self, port: int) -> None:
        self._store.setValue("virtual_reader/vpcd_port", port)

    @property
    def geometry(self) -> QByteArray | None:
        """What ``QWidget.saveGeometry`` gave."""
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._store.setValue("geometry", geometry)

    def console_height(self, size: SizeClass) -> int | None:
        """The height in logical pixels that the user gave the console in windows of this class."""
        try:
            height = int(str(self._store.value(f"{size}/console_height")))
        except ValueError:
            return None
        return height if 0 < height < 10_000 else None

    def set_console_height(self, size: SizeClass, height: int) -> None:
        self._store.setValue(f"{size}/console_height", height)

    def console_folded(self, size: SizeClass) -> bool | None:
        """Whether the user folded (true) or opened (false) the console himself in windows of this class."""
        return self._choice(f"{size}/console_folded")

    def set_console_folded(self, size: SizeClass, folded: bool) -> None:
        self._store.setValue(f"{size}/console_folded", "yes" if folded else "no")

    def sidebar_rail(self, size: SizeClass) -> bool | None:
        """Whether the user made the sidebar a rail (true) or full (false) himself in windows of this class."""
        return self._choice(f"{size}/sidebar_rail")

    def set_sidebar_rail(self, size: SizeClass, rail: bool) -> None:
        self._store.setValue(f"{size}/sidebar_rail", "yes" if rail else "no")

    @property
    def command_form(self) -> bool:
        """Whether the composer shows the fields of the command."""
        return self._choice("command_form") or False

    @command_form.setter
    def command_form(self, shown: bool) -> None:
        self._store.setValue("command_form", "yes" if shown else "no")

    @property
    def follow_up(self) -> bool:
        """Whether the console sends by itself what 61xx and 6Cxx call for."""
        return self._choice("follow_up") or False

    @follow_up.setter
    def follow_up(self, wanted: bool) -> None:
        self._store.setValue("follow_up", "yes" if wanted else "no")

    @property
    def probe_applications(self) -> bool:
        """Whether well-known applications are looked for on every card that speaks APDUs."""
        return self._choice("probe_applications") or False

    @probe_applications.setter
    def probe_applications(self, wanted: bool) -> None:
        self._store.setValue("probe_applications", "yes" if wanted else "no")

    @property
    def card_tab(self) -> Tab:
        """The tab of the card page that the user chose last."""
        try:
            return Tab(str(self._store.value("card_tab", Tab.IDENTITY.value)))
        except ValueError:
            return Tab.IDENTITY

    @card_tab.setter
    def card_tab(self, tab: Tab) -> None:
        self._store.setValue("card_tab", tab.value)

    @property
    def atr_list(self) -> str:
        """The path of the list of ATRs that the user chose, or empty."""
        return str(self._store.value("atr_list", ""))

    @atr_list.setter
    def atr_list(self, path: str) -> None:
        self._store.setValue("atr_list", path)

    def reader_family(self, reader: str) -> str:
        """The key of the family that the user chose for the reader of that name, or empty."""
        return str(self._store.value(_family_key(reader), ""))

    def set_reader_family(self, reader: str, key: str) -> None:
        self._store.setValue(_family_key(reader), key)

    def reader_families(self) -> dict[str, str]:
        """The chosen families by reader name."""
        self._store.beginGroup("reader_family")
        names = [bytes.fromhex(key).decode() for key in self._store.childKeys()]
        self._store.endGroup()
        return {name: key for name in names if (key := self.reader_family(name))}

    def save(self) -> None:
        """Writes the file now. A folder that cannot be written to loses the settings and nothing more."""
        self._store.sync()

    def _choice(self, key: str) -> bool | None:
        return {"yes": True, "no": False}.get(str(self._store.value(key)))


def _family_key(reader: str) -> str:
    # In hex: a name may hold what separates keys and groups.
    return f"reader_family/{reader.encode().hex()}"


def _configuration_folder() -> Path:
    place = QStandardPaths.StandardLocation.GenericConfigLocation
    return Path(QStandardPaths.writableLocation(place)) / "cardscope"
