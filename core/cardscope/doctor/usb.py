"""The USB devices that look like card readers (Linux sysfs), and which of them PC/SC lists."""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

from cardscope.doctor.machine import Machine
from cardscope_resources import resource

DEVICES = "/sys/bus/usb/devices"

UsbId = tuple[int, int]
"""Vendor and product number, 16 bits each."""


@dataclass(frozen=True, slots=True)
class KnownReader:
    """An entry of readers.toml."""

    name: str
    pcsc: bool
    pn533: bool


@dataclass(frozen=True, slots=True)
class UsbReader:
    """A plugged-in USB device that looks like a card reader.

    ``slots`` is the number of its smart card interfaces, at least 1. ``kernel_drivers`` are the drivers that hold its
    interfaces: ``usbfs`` stands for a program, pcscd among them.
    """

    id: UsbId
    manufacturer: str
    product: str
    serial: str
    slots: int
    kernel_drivers: tuple[str, ...]
    known: KnownReader | None

    @property
    def label(self) -> str:
        """The device for a person: maker, product and the numbers that lsusb shows."""
        name = " ".join(part for part in (self.manufacturer, self.product) if part)
        if not name:
            name = self.known.name if self.known else "card reader"
        vendor, product = self.id
        return f"{name} (USB {vendor:04X}:{product:04X})"

    @property
    def is_claimed_by_pn533(self) -> bool:
        """Whether the kernel's NFC driver holds the device now."""
        return any(driver in ("pn533_usb", "pn533") for driver in self.kernel_drivers)


@cache
def known_readers() -> Mapping[UsbId, KnownReader]:
    """The table of readers.toml."""
    return {
        (cast("int", entry["vendor"]), cast("int", entry["product"])): KnownReader(
            name=cast("str", entry["name"]),
            pcsc=cast("bool", entry["pcsc"]),
            pn533=cast("bool", entry.get("pn533", False)),
        )
        for entry in cast("list[dict[str, object]]", _table()["reader"])
    }


def find_usb_readers(machine: Machine) -> list[UsbReader] | None:
    """The devices that look like card readers, or ``None`` where USB devices cannot be seen at all.

    sysfs has a folder a device (``1-4``) and one an interface (``1-4:1.0``), side by side.
    """
    if not machine.exists(DEVICES):
        return None
    names = machine.names(DEVICES)
    found: list[UsbReader] = []
    for name in names:
        if ":" not in name:
            reader = _usb_reader(machine, name, [other for other in names if other.startswith(f"{name}:")])
            if reader is not None:
                found.append(reader)
    return found


def split_listed(
    readers: Sequence[UsbReader], pcsc_names: Collection[str], friendly_names: Mapping[UsbId, Collection[str]]
) -> tuple[list[UsbReader], list[UsbReader]]:
    """Splits ``readers`` into those that PC/SC lists and those that it does not.

    A serial number in a reader's name is the surest sign. ``friendly_names`` are the names that the installed drivers
    give to a device: pcsc-lite builds a reader's name from them. Without one, the model words of both names must agree;
    a device without any name takes what is left over.
    """
    left = _devices_of(pcsc_names)
    listed: list[UsbReader] = []
    waiting = list(readers)

    def by_serial(reader: UsbReader, name: str) -> bool:
        # pcsc-lite src/hotplug_libudev.c: it stands in parentheses, or in the interface's name if that holds it.
        return bool(reader.serial) and reader.serial in re.split(r"[()\[\] ]+", name)

    def by_driver(reader: UsbReader, name: str) -> bool:
        return any(name.startswith(friendly) for friendly in friendly_names.get(reader.id, ()))

    def by_model(reader: UsbReader, name: str) -> bool:
        return any(_same_model(own, name) for own in _own_names(reader))

    def by_count(reader: UsbReader, _name: str) -> bool:
        return not _own_names(reader) and not friendly_names.get(reader.id)

    tests: tuple[Callable[[UsbReader, str], bool], ...] = (by_serial, by_driver, by_model, by_count)
    for test in tests:
        for reader in list(waiting):
            matches = [name for name in left if test(reader, name)]
            if matches:
                for name in matches[: reader.slots]:
                    left.remove(name)
                listed.append(reader)
                waiting.remove(reader)
    return listed, waiting


def _usb_reader(machine: Machine, name: str, interfaces: Sequence[str]) -> UsbReader | None:
    vendor, product = (_hex(machine.text(f"{DEVICES}/{name}/{file}")) for file in ("idVendor", "idProduct"))
    if vendor is None or product is None:
        return None
    smart_card = [
        interface
        for interface in interfaces
        if _hex(machine.text(f"{DEVICES}/{interface}/bInterfaceClass")) == _table()["interface_class"]
    ]
    known = known_readers().get((vendor, product))
    if not smart_card and known is None:
        return None
    drivers = (machine.link(f"{DEVICES}/{interface}/driver") for interface in smart_card or interfaces)
    return UsbReader(
        id=(vendor, product),
        manufacturer=machine.text(f"{DEVICES}/{name}/manufacturer").strip(),
        product=machine.text(f"{DEVICES}/{name}/product").strip(),
        serial=machine.text(f"{DEVICES}/{name}/serial").strip(),
        slots=max(1, len(smart_card)),
        kernel_drivers=tuple(dict.fromkeys(driver.rpartition("/")[2] for driver in drivers if driver)),
        known=known,
    )


# pcsc-lite ends a name in two hexadecimal numbers, the reader's and the slot's (pcsc-lite src/readerfactory.c).
_NUMBERED = re.compile(r"(?P<device>.* [0-9A-F]{2}) [0-9A-F]{2}")


def _devices_of(pcsc_names: Collection[str]) -> list[str]:
    """One name for each device behind ``pcsc_names``: slots of one reader are one, virtual readers are none."""
    names = (match["device"] if (match := _NUMBERED.fullmatch(name)) else name for name in pcsc_names)
    return [name for name in dict.fromkeys(names) if not name.startswith("Virtual PCD")]


def _own_names(reader: UsbReader) -> list[str]:
    return [name for name in (reader.product, reader.known.name if reader.known else "") if name]


# Words that readers of different models share.
_COMMON_WORDS = frozenset(
    {"acs", "card", "ccid", "cl", "contact", "contactless", "device", "dual", "icc", "interface", "nfc", "picc"}
    | {"reader", "sam", "slot", "smart", "smartcard", "terminal", "token", "usb"}
)


def _same_model(own: str, listed: str) -> bool:
    own_words, listed_words = (set(re.findall(r"[a-z0-9]{2,}", name.lower())) - _COMMON_WORDS for name in (own, listed))
    models = {word for word in own_words if len(word) > 2 and re.search(r"\d", word)}
    return bool((models or own_words) & listed_words)


def _hex(text: str) -> int | None:
    try:
        return int(text.strip(), 16)
    except ValueError:
        return None


@cache
def _table() -> dict[str, object]:
    return tomllib.loads(resource("readers.toml").read_text(encoding="utf-8"))
