"""A private pcscd with the vpcd driver, which never touches a PC/SC service of the system.

pcscd's socket lies at a fixed place under /run, so it runs in a mount namespace of its own in which that place is a
folder of ours. libpcsclite finds the socket by the environment variable ``PCSCLITE_CSOCK_NAME``, which it reads once a
process: the folder is chosen once, and the service in it may die and return.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from smartcard import scard

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
REQUIRE_ALL = os.environ.get("CARDSCOPE_REQUIRE_ALL_TESTS") == "1"
READERS = ("Virtual PCD 00 00", "Virtual PCD 00 01")

_SCRIPT = """
set -e
mkdir -p /run/pcscd 2>/dev/null || { mount -t tmpfs tmpfs /run && mkdir /run/pcscd; }
mount --bind "$1" /run/pcscd
exec "$3" --foreground --error --config "$2"
"""


class PcscdUnavailable(Exception):  # noqa: N818 - a reason to skip rather than an error
    """This machine cannot run a private pcscd; the text says why."""


class PrivatePcscd:
    """The service; not running until :meth:`start`. Its slots are :data:`READERS`, on ``port`` and ``port + 1``, unless
    it is to run without ``readers``."""

    def __init__(self, *, readers: bool = True) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cardscope-pcscd-"))
        self.socket = self.folder / "run" / "pcscd.comm"
        self.log = self.folder / "log"
        self.socket.parent.mkdir()
        self.port = _two_free_ports()
        self._process: subprocess.Popen[bytes] | None = None
        self._config = self.folder / "reader.conf.d"
        self._config.mkdir()
        self._ports = {self.port, self.port + 1} if readers else set[int]()
        if not readers:
            return
        (self._config / "vpcd").write_text(
            'FRIENDLYNAME "Virtual PCD"\n'
            f"DEVICENAME /dev/null:0x{self.port:04X}\n"
            f"LIBPATH {DRIVER}\n"
            f"CHANNELID 0x{self.port:04X}\n"
        )

    def start(self) -> None:
        """Starts the service and returns when both its slots accept cards. Raises PcscdUnavailable."""
        program = shutil.which("pcscd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if program is None:
            raise PcscdUnavailable("pcscd is not installed")
        if not DRIVER.exists():
            raise PcscdUnavailable("the vpcd driver (package vsmartcard-vpcd) is not installed")
        unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*unshare, "sh", "-c", _SCRIPT, "sh", self.socket.parent, self._config, program],
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 10
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise PcscdUnavailable(f"a private pcscd does not start here: {self.log.read_text()[-300:].strip()}")
            time.sleep(0.01)

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(self.socket)) != 0:
                return False
        # Looked up, not connected to: a connection would be taken for a card.
        listening = {
            int(line.split()[1].rpartition(":")[2], 16)
            for table in ("/proc/net/tcp", "/proc/net/tcp6")
            for line in Path(table).read_text().splitlines()[1:]
            if line.split()[3] == "0A"
        }
        return self._ports <= listening

    def wait_until_empty(self) -> None:
        """Returns when the service knows that the last test's card is gone, which takes it up to 0.4 s."""
        _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        for reader in READERS:
            state = scard.SCARD_STATE_UNAWARE
            while not state & scard.SCARD_STATE_EMPTY:
                result, answer = scard.SCardGetStatusChange(context, 5000, [(reader, state)])
                assert result == scard.SCARD_S_SUCCESS, scard.SCardGetErrorMessage(result)
                state = answer[0][1] & ~scard.SCARD_STATE_CHANGED
        scard.SCardReleaseContext(context)

    def kill(self) -> None:
        """Ends the service as a crash would, without a word to its clients."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ends the service in an orderly way."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """Ends the service and removes its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def _two_free_ports() -> int:
    """A port that is free together with the next one."""
    for _ in range(100):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
    raise PcscdUnavailable("no two neighbouring ports are free")
