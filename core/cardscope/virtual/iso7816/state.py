"""What the card remembers: its files and data objects for good, its logical channels as long as it has power."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from cardscope.virtual.iso7816.files import Df, Ef, LifeCycle
from cardscope.virtual.iso7816.messages import StatusError
from cardscope.virtual.iso7816.security import Access, Condition, Pin, Secret

_S = TypeVar("_S", bound=Secret)

CHANNELS = 20
"""Logical channels, 0 (the basic one, always open) to 19."""


@dataclass(eq=False, slots=True)
class DataObject:
    """A data object outside the files. ``limit`` is its greatest length in bytes."""

    value: bytes
    limit: int
    read: Condition
    update: Condition


@dataclass(eq=False, slots=True)
class Channel:
    """The volatile state of one logical channel."""

    card: "CardState"
    df: Df
    ef: Ef | None = None
    record: int | None = None
    """The record pointer."""
    satisfied: set[Secret] = field(default_factory=set[Secret])
    """The security status: secrets presented rightly on this channel."""
    challenge: bytes | None = None

    def enter(self, df: Df) -> None:
        """Makes ``df`` current, without an EF. The security status of DFs that are left behind is lost."""
        self.df = df
        self.leave_ef()
        around = list(df.ancestry())
        self.satisfied = {secret for secret in self.satisfied if any(secret in _secrets(one) for one in around)}

    def open_ef(self, ef: Ef) -> None:
        """Makes ``ef`` current, and the DF that it lies in; the record pointer is reset."""
        if ef.parent is not self.df:
            self.enter(ef.parent)
        self.ef = ef
        self.record = None

    def leave_ef(self) -> None:
        """There is no current EF any more."""
        self.ef = None
        self.record = None

    def require(self, condition: Condition) -> None:
        """Raises 6982 when ``condition`` is not met."""
        if condition is Access.ALWAYS or condition in self.satisfied:
            return
        raise StatusError(0x6982)

    def require_ef(self, sfi: int = 0) -> Ef:
        """The EF ``sfi``, or for 0 the current one. Raises 6A82 or 6986 when there is none, 6985 when it is out of
        service. It does not become current: that is for the command to do once it succeeds."""
        ef = self.df.ef_by_sfi(sfi) if sfi else self.ef
        if ef is None:
            raise StatusError(0x6A82 if sfi else 0x6986)
        require_in_service(ef)
        return ef


def require_in_service(ef: Ef) -> None:
    """Raises 6985 for a file that is deactivated or terminated."""
    if ef.life_cycle is not LifeCycle.ACTIVATED:
        raise StatusError(0x6985)


def _secrets(df: Df) -> set[Secret]:
    return {*df.pins.values(), *df.keys.values()}


class CardState:
    """All of it. ``channels`` are the open ones by their number."""

    def __init__(self, mf: Df, data_objects: dict[int, DataObject]) -> None:
        self.mf = mf
        self.data_objects = data_objects
        self.channels: dict[int, Channel] = {}
        self.reset()

    def reset(self) -> None:
        """Only the basic channel is open, the MF selected on it, nothing presented."""
        self.channels = {0: Channel(self, self.mf)}

    def forget(self, ef: Ef) -> None:
        """Leaves ``ef`` on every channel where it is current."""
        for channel in self.channels.values():
            if channel.ef is ef:
                channel.leave_ef()


def pin_of(channel: Channel, reference: int) -> Pin:
    """The PIN that P2 names (ISO/IEC 7816-4 §7.5.1): 00 and 01 are the MF's, 81 to 9F belong to the current DF or one
    around it. Raises 6A86 for bits that are RFU and 6A88 when there is no such PIN."""
    return _nearest([df.pins for df in channel.df.ancestry()], reference or 1)


def key_of(channel: Channel, reference: int) -> Secret:
    """The key that P2 names, as :func:`pin_of`; 00 names none."""
    return _nearest([df.keys for df in channel.df.ancestry()], reference)


def _nearest(tables: Sequence[Mapping[int, _S]], reference: int) -> _S:
    if reference & 0x60:
        raise StatusError(0x6A86)
    for table in tables:
        if reference in table:
            return table[reference]
    raise StatusError(0x6A88)
