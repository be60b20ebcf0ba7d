"""Commands to a reader itself, past any card: SCardControl with the CCID class's escape command.

Sources: pcsc-lite (reader.h, the CCID driver's README) and Microsoft's notes on its CCID class driver; the codes and
the switches are in the project's reference on readers, §1.
"""

import sys
from typing import Final

_PCSC_LITE_CODE: Final = 0x42000000 + 1
"""``SCARD_CTL_CODE(1)``, IOCTL_SMARTCARD_VENDOR_IFD_EXCHANGE: pcsc-lite, on macOS too."""
_WINDOWS_CODE: Final = 0x31 << 16 | 3500 << 2
"""``SCARD_CTL_CODE(3500)``, IOCTL_CCID_ESCAPE: device type FILE_DEVICE_SMARTCARD, function 3500."""

_LINUX: Final = (
    "Let the CCID driver take such commands: in its Info.plist (/etc/libccid_Info.plist, or below "
    "/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents) set bit 0 of ifdDriverOptions (0x0000 becomes 0x0001) and start "
    "pcscd again. Other drivers may know no such commands at all."
)
_MACOS: Final = (
    "The driver that macOS brings along cannot be told to take such commands. One that you installed can: in "
    "/usr/local/libexec/SmartCardServices/drivers/ifd-ccid.bundle/Contents/Info.plist set bit 0 of ifdDriverOptions "
    "(0x0000 becomes 0x0001) and start the computer again."
)
_WINDOWS: Final = (
    "Let the CCID driver take such commands: in the registry below HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Enum"
    "\\USB, under this reader's Device Parameters (in WUDFUsbccidDriver where that is), set the DWORD "
    "EscapeCommandEnable to 1, then plug the reader in again. A driver of the reader's maker needs no such value."
)
_WITH_A_CARD: Final = " While a card is on it, most readers take their own commands without that."


def escape_code(platform: str = sys.platform) -> int:
    """The control code of escape commands on ``platform``, as :data:`sys.platform` names it."""
    return _WINDOWS_CODE if platform == "win32" else _PCSC_LITE_CODE


def escape_remedy(platform: str = sys.platform) -> str:
    """What makes the driver on ``platform`` take escape commands: what to change, and where."""
    return {"win32": _WINDOWS, "darwin": _MACOS}.get(platform, _LINUX) + _WITH_A_CARD
