"""The machine under examination, read-only: files below a root, the environment, and questions that change nothing."""

import getpass
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Query = Callable[[Sequence[str]], str]
"""Answers a command line that has no side effects with what it printed, or with an empty string."""

QUERY_SECONDS = 2.0


def _no_answer(_command: Sequence[str]) -> str:
    return ""


def _ask(command: Sequence[str]) -> str:
    try:
        completed = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=QUERY_SECONDS,
            check=False,
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return completed.stdout


@dataclass(frozen=True, slots=True)
class Machine:
    """A read-only view. Nothing here raises: what cannot be read is simply not there.

    Paths are absolute as on the machine (``/proc/modules``) and are looked up below ``root``. ``platform`` is a
    ``sys.platform`` value. ``user`` is the login name of whoever runs CardScope.
    """

    root: Path
    environ: Mapping[str, str]
    platform: str
    user: str
    is_root: bool = False
    query: Query = _no_answer

    @classmethod
    def this(cls) -> "Machine":
        """The machine that CardScope runs on."""
        try:
            user = getpass.getuser()
        except (OSError, KeyError, ImportError):
            user = ""
        return cls(
            root=Path("/"),
            environ=dict(os.environ),
            platform=sys.platform,
            user=user,
            is_root=hasattr(os, "geteuid") and os.geteuid() == 0,
            query=_ask,
        )

    def text(self, path: str) -> str:
        """The file's text, or an empty string."""
        return self.data(path).decode("utf-8", "replace")

    def data(self, path: str) -> bytes:
        """The file's bytes, or none."""
        try:
            return self._at(path).read_bytes()
        except OSError:
            return b""

    def settings(self, path: str) -> dict[str, str]:
        """The ``KEY=value`` lines of a file, quotes around values taken off."""
        pairs = (line.partition("=") for line in self.text(path).splitlines() if not line.startswith("#"))
        return {key.strip(): value.strip().strip("\"'") for key, separator, value in pairs if separator}

    def exists(self, path: str) -> bool:
        """Whether there is anything at ``path`` that this user may see; a link's target counts, not the link."""
        try:
            self._at(path).stat()
        except OSError:
            return False
        return True

    def is_socket(self, path: str) -> bool:
        """Whether ``path`` is a Unix socket."""
        try:
            return stat.S_ISSOCK(self._at(path).stat().st_mode)
        except OSError:
            return False

    def names(self, folder: str) -> list[str]:
        """The names in ``folder``, sorted."""
        try:
            return sorted(entry.name for entry in self._at(folder).iterdir())
        except OSError:
            return []

    def link(self, path: str) -> str:
        """Where the symbolic link points to, as written in it, or an empty string."""
        try:
            return str(self._at(path).readlink())
        except OSError:
            return ""

    def _at(self, path: str) -> Path:
        return self.root / path.lstrip("/")
