"""The file system (ISO/IEC 7816-4 §5.3): a tree of dedicated files with elementary files in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto

from cardscope.virtual.iso7816.security import Access, Condition, Pin, Secret

MF_ID = 0x3F00
RESERVED_IDS = frozenset((MF_ID, 0x3FFF, 0xFFFF))
"""The MF, the current DF in a path, and RFU (ISO/IEC 7816-4 §5.3.1.1)."""
OVERHEAD = 16
"""Bytes of memory that a file of this card takes beside its content."""


class LifeCycle(IntEnum):
    """The life cycle status byte (ISO/IEC 7816-4 §5.3.3.2), as far as this card uses it."""

    DEACTIVATED = 0x04
    ACTIVATED = 0x05
    TERMINATED = 0x0C


class Structure(IntEnum):
    """The structure in the file descriptor byte (ISO/IEC 7816-4 §5.3.3.2)."""

    TRANSPARENT = 1
    LINEAR_FIXED = 2
    LINEAR_VARIABLE = 4
    CYCLIC = 6


class Fault(Enum):
    """What is wrong with the memory of a file, on purpose."""

    NONE = auto()
    WORN_OUT = auto()
    """Reads come with 6281, writes end with 6581."""


@dataclass(eq=False, kw_only=True)
class Df:
    """A dedicated file; the MF when it has no ``parent``."""

    fid: int
    parent: "Df | None"
    name: bytes = b""
    """The DF name, which may be an application identifier: 1 to 16 bytes, or empty for none."""
    label: str = ""
    create: Condition = Access.NEVER
    """What it takes to create and delete files in here."""
    capacity: int | None = None
    """Bytes of memory for everything in here; ``None``: whatever the DF around it has."""
    life_cycle: LifeCycle = LifeCycle.ACTIVATED
    children: list["Df | Ef"] = field(default_factory=list["Df | Ef"])
    pins: dict[int, Pin] = field(default_factory=dict[int, Pin])
    keys: dict[int, Secret] = field(default_factory=dict[int, Secret])

    @property
    def size(self) -> int:
        """Bytes of memory that it takes with all that is in it."""
        return OVERHEAD + sum(child.size for child in self.children)

    def child(self, fid: int) -> "Df | Ef | None":
        """The file ``fid`` immediately under this one."""
        return next((child for child in self.children if child.fid == fid), None)

    def ef_by_sfi(self, sfi: int) -> "Ef | None":
        """The EF with the short EF identifier ``sfi`` (1 to 30)."""
        return next((child for child in self.children if isinstance(child, Ef) and child.sfi == sfi), None)

    def ancestry(self) -> Iterator["Df"]:
        """This DF and those around it, up to the MF."""
        df: Df | None = self
        while df is not None:
            yield df
            df = df.parent

    def dfs(self) -> Iterator["Df"]:
        """This DF and all below it, in the order of the tree."""
        yield self
        for child in self.children:
            if isinstance(child, Df):
                yield from child.dfs()

    def free(self) -> int:
        """Bytes of memory left for new files in here."""
        for df in self.ancestry():
            if df.capacity is not None:
                return df.capacity - sum(child.size for child in df.children)
        return 0


@dataclass(eq=False, kw_only=True)
class Ef:
    """What both kinds of elementary files have."""

    fid: int
    parent: Df
    label: str = ""
    sfi: int | None = None
    """The short EF identifier, 1 to 30."""
    read: Condition = Access.ALWAYS
    update: Condition = Access.ALWAYS
    admin: Condition = Access.NEVER
    """What it takes to activate, deactivate, terminate and delete the file."""
    fault: Fault = Fault.NONE
    life_cycle: LifeCycle = LifeCycle.ACTIVATED

    @property
    def data_size(self) -> int:
        """Bytes of memory for the content."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """Bytes of memory that the file takes."""
        return OVERHEAD + self.data_size


@dataclass(eq=False, kw_only=True)
class TransparentEf(Ef):
    """A string of bytes."""

    content: bytearray

    @property
    def data_size(self) -> int:
        return len(self.content)


@dataclass(eq=False, kw_only=True)
class RecordEf(Ef):
    """Records, counted from 1: in the order of their creation, in a cyclic file from the newest to the oldest."""

    structure: Structure
    record_size: int
    """Bytes of a record: of each, or in a linear variable file at most."""
    limit: int
    """How many records there is room for, 1 to 254."""
    records: list[bytes]

    @property
    def data_size(self) -> int:
        return self.record_size * self.limit

    @property
    def is_full(self) -> bool:
        return len(self.records) >= self.limit
