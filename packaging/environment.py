"""The project's own Python environment in .venv: made once, found again at once."""

import hashlib
import json
import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

LOCK = "dev.lock"
STAMP = "dev.json"

# An empty environment, with pip in it.
_VENV_BYTES = 20_000_000

# What pip says (in lower case) -> what to do. The first that matches counts.
_PIP_REMEDIES = (
    (("no space left",), "The disk is full: make room (about 1 GB), then start again."),
    (
        ("permission denied",),
        "A file there belongs to another user. Delete .venv (with sudo if need be), then start again.",
    ),
    (
        (
            "newconnectionerror",
            "name resolution",
            "connection broken",
            "connecttimeout",
            "readtimeout",
            "max retries",
            "proxyerror",
        ),
        "The package index could not be reached: check the network or the proxy, then start again.",
    ),
    (
        ("failed building wheel for pyscard", "failed to build pyscard", "winscard.h"),
        "pyscard could not be built. It needs a C compiler, Python's headers and the PC/SC headers "
        "(on Debian: gcc python3-dev libpcsclite-dev; on macOS: xcode-select --install). Install them, then start "
        "again.",
    ),
)


class Stamp(TypedDict):
    """What .venv was made from and for; there is one only when the install went through."""

    python: str
    root: str
    inputs: str
    tests: bool


class Environment:
    """The virtual environment of the checkout at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.program("python")

    def program(self, name: str) -> Path:
        """The path of a program that a package in the environment brings."""
        return self.folder / ("Scripts" if sys.platform == "win32" else "bin") / name

    def prepare(self, *, tests: bool, yes: bool) -> None:
        """Make sure that the system packages and .venv are there, with the test tools when `tests` is set.

        Costs one small file read when everything is. `yes` answers the question about system packages.
        Raises SystemExit with a sentence on what to do.
        """
        if self._is_ready(tests=tests):
            return
        import system_packages  # noqa: PLC0415 - a start that finds all in place does not pay for it

        try:
            self._refuse_foreign()
            with self._lock() as lock:
                if self._is_ready(tests=tests):
                    return
                system_packages.ensure(tests=tests, yes=yes)
                self._install(tests=tests, lock=lock)
        except OSError as error:
            raise SystemExit(
                f"{self.folder} could not be made ready: {error}. Check that the disk has room and that the folder is "
                "yours (delete .venv if it was made with sudo), then start again."
            ) from error

    def wanted(self, *, tests: bool) -> Stamp:
        """The stamp of an environment that is up to date."""
        inputs = hashlib.sha256()
        for path in (self.root / "pyproject.toml", Path(__file__).with_name("system_packages.py")):
            inputs.update(path.read_bytes())
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        return {"python": python, "root": str(self.root), "inputs": inputs.hexdigest(), "tests": tests}

    def stamp(self) -> Stamp | None:
        """The stamp in .venv, or None when there is none that can be read."""
        try:
            return json.loads((self.folder / STAMP).read_text())
        except (OSError, ValueError):
            return None

    def write_stamp(self, stamp: Stamp) -> None:
        """Record that the install went through; whole or not at all, whatever happens meanwhile."""
        new = self.folder / f"{STAMP}.new"
        new.write_text(json.dumps(stamp))
        new.replace(self.folder / STAMP)

    def _is_ready(self, *, tests: bool) -> bool:
        stamp = self.stamp()
        # What serves the tests serves the app, too.
        wanted = [self.wanted(tests=True)] if tests else [self.wanted(tests=True), self.wanted(tests=False)]
        return stamp in wanted and self.python.exists()

    def _refuse_foreign(self) -> None:
        if self.folder.exists() and not (self.folder / LOCK).exists() and any(self.folder.iterdir()):
            raise SystemExit(f"{self.folder} was not made by this script. Rename or delete it, then start again.")

    @contextmanager
    def _lock(self) -> Generator[int]:
        """Keep every other dev.py out of .venv."""
        self.folder.mkdir(exist_ok=True)
        with (self.folder / LOCK).open("a") as file:
            _lock_file(file.fileno())
            yield file.fileno()

    def _install(self, *, tests: bool, lock: int) -> None:
        before = self.stamp()
        wanted = self.wanted(tests=tests)
        # No stamp means that an install was cut short: pip cannot tell which of its packages are whole.
        usable = (
            before and (before["python"], before["root"]) == (wanted["python"], wanted["root"]) and self.python.exists()
        )
        (self.folder / STAMP).unlink(missing_ok=True)
        if not usable:
            self._make_anew(lock)
        print(f"Installing CardScope and the Python packages it needs into {self.folder}", flush=True)
        project = f"{self.root}[test]" if tests else str(self.root)
        status, said = _run(
            [str(self.python), "-m", "pip", "install", "--disable-pip-version-check", "--editable", project], lock
        )
        if status == 0:
            self.write_stamp(wanted)
            return
        if before and usable:
            self.write_stamp(before)  # pip has put back what it replaced
        remedies = (advice for signs, advice in _PIP_REMEDIES if any(sign in said for sign in signs))
        raise SystemExit(
            f"pip could not install the Python packages (status {status}); the reason is above. "
            + next(remedies, "If it does not help you, delete .venv and start again.")
        )

    def _make_anew(self, lock: int) -> None:
        print(f"Making the Python environment {self.folder}", flush=True)
        for path in self.folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name != LOCK:
                path.unlink()
        # The interpreter behind a virtual environment: started from one, dev.py must not build on it.
        base = getattr(sys, "_base_executable", None) or sys.executable
        status, _ = _run([base, "-m", "venv", str(self.folder)], lock)
        if status:
            # venv keeps to itself why ensurepip failed.
            if shutil.disk_usage(self.folder).free < _VENV_BYTES:
                advice = "The disk is full: make room (about 1 GB), then start again."
            else:
                advice = "This Python may lack ensurepip; on Debian and Ubuntu it is in the package python3-venv."
            raise SystemExit(f"The Python environment could not be made (status {status}); see above. {advice}")


def _run(command: list[str], lock: int) -> tuple[int, str]:
    """Run a command in sight of the user; return its status and, in lower case, what it wrote to standard error.

    On POSIX the command holds the lock, too: if dev.py is killed, nobody else touches .venv before the command ends.
    """
    import subprocess  # noqa: PLC0415 - see prepare

    said: list[str] = []
    held = () if sys.platform == "win32" else (lock,)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace", pass_fds=held) as process:
        assert process.stderr
        for line in process.stderr:
            sys.stderr.write(line)
            said.append(line.lower())
    return process.returncode, "".join(said)


if sys.platform == "win32":
    import msvcrt
    import time

    def _lock_file(descriptor: int) -> None:
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
            except OSError:
                time.sleep(1)
            else:
                return
else:
    import fcntl

    def _lock_file(descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another dev.py is making .venv ready: waiting for it.", flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
