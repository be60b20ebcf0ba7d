"""What the watch makes of the service's states, where no real reader can be made to say them."""

import threading

import pytest
from smartcard import scard

from cardscope.readers import pcsc
from cardscope.readers.monitor import Monitor, _Known
from cardscope.readers.protocol import ReaderState

ATR = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")
PRESENT = scard.SCARD_STATE_PRESENT
EMPTY = scard.SCARD_STATE_EMPTY


@pytest.fixture(autouse=True)
def _library() -> None:
    pcsc.load()


def slot(raw: int, counter: int = 0, atr: bytes = b"") -> pcsc.SlotState:
    return pcsc.SlotState("R", raw | counter << 16, atr)


@pytest.mark.parametrize(
    ("raw", "atr", "state"),
    [
        (EMPTY, b"", ReaderState.EMPTY),
        (PRESENT, ATR, ReaderState.PRESENT),
        (PRESENT | scard.SCARD_STATE_INUSE, ATR, ReaderState.IN_USE),
        (PRESENT | scard.SCARD_STATE_INUSE | scard.SCARD_STATE_EXCLUSIVE, ATR, ReaderState.EXCLUSIVE),
        (PRESENT | scard.SCARD_STATE_MUTE, b"", ReaderState.MUTE),
        (PRESENT, b"", ReaderState.MUTE),
        (scard.SCARD_STATE_UNAVAILABLE, b"", ReaderState.UNAVAILABLE),
        (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE, b"", ReaderState.UNAVAILABLE),
    ],
)
def test_the_flags_boil_down_to_one_state(raw: int, atr: bytes, state: ReaderState) -> None:
    assert slot(raw, 7, atr).state is state


def test_a_card_swapped_between_two_looks_shows_in_the_counter() -> None:
    known = _Known()
    first = known.update(slot(PRESENT, 1, ATR))
    second = known.update(slot(PRESENT, 3, ATR))
    assert first is not None
    assert second is not None
    assert second.serial != first.serial


def test_what_is_no_change_is_not_reported() -> None:
    known = _Known()
    assert known.update(slot(PRESENT, 1, ATR)) is not None
    assert known.update(slot(PRESENT, 1, ATR)) is None


def test_without_a_counter_a_removal_seen_still_makes_another_insertion() -> None:
    known = _Known()
    first = known.update(slot(PRESENT, 0, ATR))
    known.update(slot(EMPTY))
    again = known.update(slot(PRESENT, 0, ATR))
    assert first is not None
    assert again is not None
    assert again.serial != first.serial


class ScriptedContext:
    """A PC/SC service that answers each wait with the next line of its script: slot states, or a result code."""

    def __init__(self, script: list[list[pcsc.SlotState] | pcsc.Code]) -> None:
        self._script = script
        self.waits: list[tuple[list[str], int | None]] = []
        self.at_the_end = threading.Event()
        self._cancelled = threading.Event()

    def readers(self) -> list[str]:
        return ["R"]

    def cancel(self) -> None:
        self._cancelled.set()

    def release(self) -> None:
        pass

    def wait(self, states: list[tuple[str, int]], timeout_ms: int | None) -> list[pcsc.SlotState]:
        self.waits.append(([name for name, _ in states], timeout_ms))
        if not self._script:
            self.at_the_end.set()
            self._cancelled.wait()
            raise pcsc.PcscCallError("wait", pcsc.Code.CANCELLED, "cancelled")
        step = self._script.pop(0)
        if isinstance(step, pcsc.Code):
            raise pcsc.PcscCallError("wait", step, "scripted")
        return step


def watched(
    monkeypatch: pytest.MonkeyPatch, script: list[list[pcsc.SlotState] | pcsc.Code]
) -> tuple[list[object], list[tuple[list[str], int | None]]]:
    """What the watch reported while the script ran, and what it waited for."""
    context = ScriptedContext(script)
    monkeypatch.setattr(pcsc, "Context", lambda: context)
    reported: list[object] = []
    monitor = Monitor(lambda changes, _t: reported.extend(changes))
    monitor.start()
    assert context.at_the_end.wait(5)
    assert monitor.stop(1)
    return reported, context.waits


def pnp(count: int) -> pcsc.SlotState:
    return pcsc.SlotState(pcsc.PNP_NOTIFICATION, count << 16, b"")


UNKNOWN = pcsc.SlotState("R", scard.SCARD_STATE_UNKNOWN, b"")


def test_a_reader_that_was_away_for_a_moment_is_told_as_gone_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    there = slot(PRESENT, 1, ATR)
    reported, _ = watched(monkeypatch, [[there, pnp(1)], [UNKNOWN, pnp(3)], [there, pnp(3)]])
    assert [type(change).__name__ for change in reported] == ["Running", "Slot", "Gone", "Slot"]


def test_one_unknown_reader_does_not_end_plug_and_play(monkeypatch: pytest.MonkeyPatch) -> None:
    _, waits = watched(monkeypatch, [[slot(EMPTY), pnp(1)], pcsc.Code.UNKNOWN_READER])
    names, timeout = waits[-1]
    assert pcsc.PNP_NOTIFICATION in names
    assert timeout is None or timeout < 1000, "only the looks after a change of the list are timed"


def test_a_service_without_the_pseudo_reader_is_asked_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    _, waits = watched(monkeypatch, [pcsc.Code.UNKNOWN_READER, [slot(EMPTY)], *[pcsc.Code.TIMEOUT] * 3])
    assert pcsc.PNP_NOTIFICATION in waits[0][0]
    assert waits[-1] == (["R"], 1000)
