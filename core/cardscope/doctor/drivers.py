"""The drivers that pcscd loads for USB readers (bundles), and the kernel's own NFC drivers that get in their way."""

import plistlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast
from xml.parsers.expat import ExpatError

from cardscope.doctor.machine import Machine
from cardscope.doctor.usb import UsbId

# pcsc-lite's default, its 64-bit and local variants, and the folders of openSUSE, Gentoo and NixOS.
_FOLDERS = (
    "/usr/lib/pcsc/drivers",
    "/usr/lib64/pcsc/drivers",
    "/usr/local/lib/pcsc/drivers",
    "/usr/lib/readers",
    "/usr/lib64/readers",
    "/usr/lib/readers/usb",
    "/usr/lib64/readers/usb",
    "/run/current-system/sw/pcsc/drivers",
)

NFC_MODULES = ("pn533_usb", "pn533", "nfc")


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver bundle. ``devices`` are the devices that it says it knows, with the names that it gives them."""

    name: str
    version: str
    devices: Mapping[UsbId, str] = field(default_factory=dict[UsbId, str])


def find_drivers(machine: Machine, pcscd_version: str) -> list[Driver]:
    """The installed drivers. ``pcscd_version`` is what ``pcscd --version`` printed: it names the folder in use."""
    configured = re.search(r"usbdropdir=(/\S+)", pcscd_version)
    folders = [configured[1]] if configured else []
    found: dict[str, Driver] = {}
    for folder in dict.fromkeys([*folders, *_FOLDERS]):
        for name in machine.names(folder):
            if name.endswith(".bundle") and name not in found:
                found[name] = _driver(name, machine.data(f"{folder}/{name}/Contents/Info.plist"))
    return list(found.values())


def loaded_nfc_modules(machine: Machine) -> list[str] | None:
    """Those of :data:`NFC_MODULES` that the kernel has loaded, or ``None`` where the list cannot be seen."""
    text = machine.text("/proc/modules")
    if not text:
        return None
    loaded = {line.split(" ", 1)[0] for line in text.splitlines()}
    return [module for module in NFC_MODULES if module in loaded]


def _driver(name: str, info: bytes) -> Driver:
    try:
        plist = cast("dict[str, object]", plistlib.loads(info))
        vendors, products, names = (
            cast("Sequence[str]", plist[key]) for key in ("ifdVendorID", "ifdProductID", "ifdFriendlyName")
        )
        devices = {
            (int(vendor, 16), int(product, 16)): friendly
            for vendor, product, friendly in zip(vendors, products, names, strict=False)
        }
        version = str(plist.get("CFBundleShortVersionString", ""))
    except (plistlib.InvalidFileException, ExpatError, KeyError, TypeError, ValueError, AttributeError):
        # A list that cannot be read says nothing about which readers the driver knows.
        return Driver(name, "")
    return Driver(name, version, devices)
