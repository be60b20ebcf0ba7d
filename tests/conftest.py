"""Fixtures for all tests: isolated settings, the private PC/SC service, nothing left behind."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pcscd import REQUIRE_ALL, PcscdUnavailable, PrivatePcscd

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_API"] = "pyside6"

_pcscd = PrivatePcscd()
# libpcsclite reads this once a process, so it is set before anything can load the library.
os.environ["PCSCLITE_CSOCK_NAME"] = str(_pcscd.socket)


def pytest_unconfigure() -> None:
    _pcscd.close()


@pytest.fixture
def pcscd() -> PrivatePcscd:
    """The private PC/SC service, running, both readers empty; a test may kill and start it."""
    if not _pcscd.running:
        try:
            _pcscd.start()
        except PcscdUnavailable as reason:
            if REQUIRE_ALL:
                pytest.fail(f"must run here, but {reason}")
            pytest.skip(str(reason))
    _pcscd.wait_until_empty()
    return _pcscd


@pytest.fixture
def no_pcscd() -> PrivatePcscd:
    """The private PC/SC service, not running; a test may start it."""
    _pcscd.stop()
    return _pcscd


@pytest.fixture(autouse=True)
def _private_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """A test that leaves a thread behind fails, naming it."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(2)
    alive = [thread.name for thread in left if thread.is_alive()]
    assert not alive, f"left running: {alive}"
