"""What the interface bytes of an ATR come to: rates, times, sizes (ISO/IEC 7816-3:2006 §8.3, §10.2, §11.4)."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from cardscope.decode.atr_structure import CLOCK, IFSC, REDUNDANCY, SPARE, WAITING, WORK_WAITING, Structure
from cardscope.decode.atr_tables import table

CLOCK_HZ: Final = 4_000_000
"""Times and rates are given for a 4 MHz clock, the usual one of a reader."""

DEFAULT_FI: Final = 372
DEFAULT_TA1: Final = 0x11
_DEFAULT_WI = 10
_DEFAULT_IFSC = 32
_DEFAULT_WAITING = 0x4D
_DEFAULT_CLOCK = 0x01

_STOP_WORDS = ("no", "low", "high", "either")


@dataclass(frozen=True, slots=True)
class Parameters:
    """The transmission parameters, with the standard's default where the ATR says nothing.

    ``None`` stands for a value that is reserved, and for what belongs to a protocol that is not on offer. Times are for
    a clock of 4 MHz; an etu in a time is the one after a reset, 372 clock cycles. A contactless card has no such
    parameters: its ATR is made by the reader, and these are what a contact card with the same bytes would mean.
    """

    fi: int | None
    """Clock rate conversion integer, clock cycles."""
    di: int | None
    """Baud rate adjustment integer."""
    fmax_mhz: float | None
    """Highest clock, MHz."""
    cycles_per_etu: float | None
    """Clock cycles a bit at the fastest rate: Fi/Di."""
    baud_at_4mhz: int | None
    """Fastest rate at 4 MHz, bit/s."""
    baud_at_fmax: int | None
    """Fastest rate at the highest clock, bit/s."""
    mode: str
    """``negotiable`` or ``specific`` (TA2 present)."""
    specific_protocol: int | None
    """T of the specific mode."""
    can_change_mode: bool | None
    """Whether a card in specific mode can be brought to negotiable mode."""
    implicit_parameters: bool | None
    """Whether the specific mode uses parameters that TA1 does not give."""
    extra_guard_time: int
    """N of TC1, 0 to 255."""
    guard_time_t0_etu: float | None
    """Least time between the starts of two characters to the card with T=0, etu."""
    guard_time_t1_etu: float | None
    """The same with T=1."""
    wi: int | None
    """Waiting time integer of T=0."""
    wt_ms: float | None
    """Work waiting time of T=0, ms."""
    ifsc: int | None
    """Information field size for the card in T=1, bytes."""
    bwi: int | None
    """Block waiting integer of T=1."""
    bwt_ms: float | None
    """Block waiting time of T=1, ms."""
    cwi: int | None
    """Character waiting integer of T=1."""
    cwt_etu: int | None
    """Character waiting time of T=1, etu."""
    checksum: str | None
    """``LRC`` or ``CRC`` at the end of T=1 blocks."""
    clock_stop: str
    """When the clock may stop: ``no``, ``low``, ``high`` or ``either``."""
    supply_class: str | None
    """Classes of operating conditions: ``A`` (5 V), ``B`` (3 V), ``C`` (1.8 V), or several."""
    spu: str
    """Use of contact C6: ``no``, ``standard`` or ``proprietary``."""

    def to_json(self) -> dict[str, Any]:
        """Under the same names, but ``class`` for :attr:`supply_class`; protocols as ``T=1``."""
        out: dict[str, Any] = {key: getattr(self, name) for key, name in _KEYS}
        if self.specific_protocol is not None:
            out["specific_protocol"] = f"T={self.specific_protocol}"
        return out


_KEYS = tuple(("class" if name == "supply_class" else name, name) for name in Parameters.__dataclass_fields__)


def rate(ta1: int) -> tuple[int, int, float] | None:
    """Fi, Di and fmax (MHz) of a TA1; ``None`` when a value is reserved."""
    fi, di = table("fi")[ta1 >> 4], table("di")[ta1 & 0x0F]
    return (fi, di, table("fmax")[ta1 >> 4]) if fi and di else None


def guard_time(n: int, protocol: int, ta1: int, *, global_bytes: bool) -> float:
    """The least time, in etu after a reset, between the starts of two characters sent to the card.

    The extra N counts in etu of the protocol in use, but in those of TA1 when T=15 is in the ATR (§8.3, TC1).
    """
    if n == 255:
        return 11 if protocol == 1 else 12
    known = rate(ta1)
    if global_bytes and known:
        return round(12 + n * known[0] / known[1] / DEFAULT_FI, 2)
    return 12 + n


def work_waiting_time(wi: int, fi: int) -> float:
    """WT in seconds at 4 MHz (§10.2)."""
    return wi * 960 * fi / CLOCK_HZ


def block_waiting_time(bwi: int) -> float:
    """BWT in seconds at 4 MHz (§11.4.3)."""
    return (11 * DEFAULT_FI + 2**bwi * 960 * DEFAULT_FI) / CLOCK_HZ


def character_waiting_time(cwi: int) -> int:
    """CWT in etu (§11.4.3)."""
    return 11 + 2**cwi


def classes(indicator: int) -> str | None:
    """The letters of the class indicator Y; ``None`` where it is reserved."""
    if str(indicator) not in table("class"):
        return None
    return "".join(letter for bit, letter in enumerate("ABC") if indicator >> bit & 1)


@lru_cache(maxsize=4096)
def parameters(structure: Structure) -> Parameters:
    """The parameters that ``structure`` comes to."""
    values, offered = structure.values, structure.offered
    ta1 = values.get("TA1", DEFAULT_TA1)
    fastest = rate(ta1)
    fi, di, fmax = fastest or (None, None, None)
    cycles = fi / di if fi and di else None
    n = values.get("TC1", 0)
    ta2 = values.get("TA2")
    t15 = 15 in structure.protocols
    has_t0, has_t1 = 0 in offered, 1 in offered
    wi = (values.get(WORK_WAITING, _DEFAULT_WI) or None) if has_t0 else None
    ifsc = values.get(IFSC, _DEFAULT_IFSC) if has_t1 else None
    waiting = values.get(WAITING, _DEFAULT_WAITING)
    bwi, cwi = (waiting >> 4, waiting & 0x0F) if has_t1 else (None, None)
    clock = values.get(CLOCK, _DEFAULT_CLOCK)
    spare = values.get(SPARE, 0)
    return Parameters(
        fi,
        di,
        fmax,
        round(cycles, 4) if cycles else None,
        round(CLOCK_HZ / cycles) if cycles else None,
        round(fmax * 1_000_000 / cycles) if cycles and fmax else None,
        "negotiable" if ta2 is None else "specific",
        None if ta2 is None else ta2 & 0x0F,
        None if ta2 is None else not ta2 & 0x80,
        None if ta2 is None else bool(ta2 & 0x10),
        n,
        guard_time(n, 0, ta1, global_bytes=t15) if has_t0 else None,
        guard_time(n, 1, ta1, global_bytes=t15) if has_t1 else None,
        wi,
        round(work_waiting_time(wi, fi or DEFAULT_FI) * 1000, 3) if wi else None,
        ifsc if ifsc not in (0, 255) else None,
        bwi,
        round(block_waiting_time(bwi) * 1000, 3) if bwi is not None and bwi <= 9 else None,
        cwi,
        None if cwi is None else character_waiting_time(cwi),
        None if not has_t1 else "CRC" if values.get(REDUNDANCY, 0) & 1 else "LRC",
        _STOP_WORDS[clock >> 6],
        classes(clock & 0x3F),
        "no" if not spare else "proprietary" if spare & 0x80 else "standard",
    )
