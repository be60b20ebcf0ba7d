"""Reader models: what stands between APDUs and the radio frames of a card.

A front is a :class:`~cardscope.virtual.card.VirtualCard`, so it can be put into the app's own reader or on the link
to the PC/SC service. Nothing here was compared with a real reader by this project; every module names its sources.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from cardscope.errors import UsageError
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.near_names import did_you_mean
from cardscope.virtual.picc import IsoDepPicc, Picc
from cardscope.virtual.reader_models.acr122u import Acr122uCommands
from cardscope.virtual.reader_models.acr1252u import Acr1252uCommands
from cardscope.virtual.reader_models.fronts import (
    ULTRALIGHT_ATR,
    EmptyReader,
    IsoDepReader,
    NoOwnCommands,
    StorageCardReader,
)
from cardscope.virtual.reader_models.identiv4700 import Identiv4700Commands
from cardscope.virtual.reader_models.link import OwnCommands
from cardscope.virtual.reader_models.omnikey5321 import Omnikey5321Commands
from cardscope.virtual.reader_models.transparent import TransparentSession

__all__ = [
    "ULTRALIGHT_ATR",
    "IsoDepReader",
    "ReaderModel",
    "StorageCardReader",
    "reader_model",
    "reader_models",
]


@dataclass(frozen=True, slots=True)
class ReaderModel:
    """A family of readers. ``name``, ``description`` and ``source`` are for people."""

    key: str
    name: str
    description: str
    source: str
    own_commands: Callable[[], OwnCommands]
    escapes: bool = False
    """Whether the reader takes these commands by SCardControl too, which needs no card."""

    def without_card(self) -> VirtualCard | None:
        """What takes the commands to a reader of this family itself; ``None``: nothing does."""
        return EmptyReader(self.own_commands()) if self.escapes else None

    def front(self, picc: Picc) -> VirtualCard:
        """``picc``, a bare tag, as a reader of this family presents it; its power is off."""
        return StorageCardReader(picc, self.own_commands())

    def front_iso_dep(self, picc: IsoDepPicc) -> VirtualCard:
        """``picc``, a card that speaks APDUs, as a reader of this family presents it; its power is off."""
        return IsoDepReader(picc, self.own_commands())


@cache
def reader_models() -> Mapping[str, ReaderModel]:
    """All models by key, in the order in which a list should show them."""
    models = (
        ReaderModel(
            "generic",
            "Storage-card reader",
            "UID, READ BINARY and UPDATE BINARY of PC/SC part 3 and no way to send native commands.",
            "PC/SC part 3, §3.2.2",
            NoOwnCommands,
        ),
        ReaderModel(
            "acr122u",
            "ACS ACR122U",
            "Native commands through the PN532 inside, which takes a bare ACK for a CRC error.",
            "ACS ACR122U API 2.04; NXP UM0701-02 (PN532)",
            Acr122uCommands,
            escapes=True,
        ),
        ReaderModel(
            "acr1252u",
            "ACS ACR1252U",
            "Native commands as they are in FF 00 00 00.",
            "ACS ACR1252U API 1.09; public software",
            Acr1252uCommands,
        ),
        ReaderModel(
            "transparent",
            "PC/SC transparent session",
            "Native commands in the data objects of a transparent session, as newer readers have it.",
            "PC/SC part 3 supplement 2.02, §3.3; measurements of a Sony RC-S300",
            TransparentSession,
        ),
        ReaderModel(
            "omnikey5321",
            "HID OMNIKEY 5321",
            "Native commands in HID's generic session.",
            "LibLogicalAccess (Omnikey xx21); Stack Overflow 59217039",
            Omnikey5321Commands,
        ),
        ReaderModel(
            "identiv4700",
            "Identiv Cloud 4700 F",
            "Native commands in FF EF, answered without a status word.",
            "Identive Cloud 47x0 F reference manual; public software",
            Identiv4700Commands,
        ),
    )
    return MappingProxyType({model.key: model for model in models})


def reader_model(key: str) -> ReaderModel:
    """The model ``key``, in any case. Raises UsageError, listing the keys that exist, when there is none."""
    try:
        return reader_models()[key.lower()]
    except KeyError:
        raise UsageError(
            f"There is no reader model {key!r}.",
            remedy=f"{did_you_mean(key, reader_models())}There are: {', '.join(reader_models())}.",
        ) from None
