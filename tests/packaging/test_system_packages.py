"""Finding what the system lacks, and installing it after asking once.

The package installer is the one thing that is not real here: a script by its name, which notes how it was called.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import system_packages
from system_packages import Library, Need

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems need no packages")


def need(found: Callable[[], bool], packages: str = "libthing1") -> Need:
    return Need("a thing", found, packages, packages, packages)


class Machine:
    """A machine of a given distribution whose installer writes its calls to a file and installs one file."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls_file = folder / "calls"
        self.thing = folder / "thing"
        self._programs = folder / "programs"
        self._programs.mkdir()
        self.script("sudo", 'exec "$@"')
        self.script("apt-get", f'echo apt-get "$@" >> {self.calls_file}\ntest "$1" = update || touch {self.thing}')
        monkeypatch.setenv("PATH", f"{self._programs}:{os.environ['PATH']}")
        monkeypatch.setattr(system_packages, "installer", lambda: "apt")
        monkeypatch.setattr(system_packages, "RUN_NEEDS", [need(self.thing.exists)])
        monkeypatch.setattr(system_packages, "TEST_NEEDS", [need(lambda: True, "libtest1")])

    def script(self, name: str, body: str) -> None:
        path = self._programs / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def calls(self) -> list[str]:
        return self.calls_file.read_text().splitlines() if self.calls_file.exists() else []


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


INSTALL = "apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 libthing1"


def test_yes_shows_the_command_and_runs_it(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    system_packages.ensure(tests=False, yes=True)
    assert machine.calls() == ["apt-get update", INSTALL]
    shown = capfd.readouterr().out
    assert "a thing" in shown
    assert INSTALL in shown


def test_nothing_is_run_when_nothing_is_missing(machine: Machine, capfd: pytest.CaptureFixture[str]) -> None:
    machine.thing.touch()
    system_packages.ensure(tests=True, yes=True)
    assert machine.calls() == []
    assert capfd.readouterr().out == ""


def test_with_nobody_to_ask_the_command_is_shown_and_nothing_run(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with Path(os.devnull).open() as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        with pytest.raises(SystemExit, match="--yes"):
            system_packages.ensure(tests=False, yes=False)
    assert machine.calls() == []
    assert INSTALL in capfd.readouterr().out


@pytest.mark.parametrize(("answer", "calls"), [("", 2), ("y", 2), ("Yes", 2), ("n", 0), ("what?", 0)])
def test_a_person_is_asked_once_and_no_goes_on_without(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    answer: str,
    calls: int,
) -> None:
    keyboard, terminal = os.openpty()
    try:
        os.write(keyboard, f"{answer}\n".encode())
        with open(terminal, closefd=False) as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            system_packages.ensure(tests=False, yes=False)
    finally:
        os.close(keyboard)
        os.close(terminal)
    said = capfd.readouterr().out
    assert said.count("Install them now?") == 1
    assert len(machine.calls()) == calls
    assert ("going on without" in said) == (calls == 0)


def test_a_package_list_that_cannot_be_fetched_does_not_matter(machine: Machine) -> None:
    machine.script("apt-get", f'test "$1" = install && touch {machine.thing}')
    system_packages.ensure(tests=False, yes=True)
    assert machine.thing.exists()


def test_a_failed_install_says_what_to_do(machine: Machine) -> None:
    machine.script("apt-get", "exit 100")
    with pytest.raises(SystemExit, match=r"status 100; .*network.*dpkg --configure -a"):
        system_packages.ensure(tests=False, yes=True)


def test_without_root_and_sudo_it_says_who_can_install(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SystemExit, match="as root"):
        system_packages.ensure(tests=False, yes=True)
    assert machine.calls() == []


def test_a_user_installs_through_sudo_and_root_does_not(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for user, prefix in ((1000, "sudo apt-get update"), (0, "  apt-get update")):
        machine.thing.unlink(missing_ok=True)
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        system_packages.ensure(tests=False, yes=True)
        assert prefix in capfd.readouterr().out


def test_an_unknown_distribution_is_told_what_is_needed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system_packages, "installer", lambda: None)
    system_packages.ensure(tests=False, yes=False)
    shown = capfd.readouterr().out
    assert "a thing" in shown
    assert "libthing1" in shown
    assert machine.calls() == []


@pytest.mark.parametrize(
    ("release", "name"),
    [
        ({"ID": "debian"}, "apt"),
        ({"ID": "ubuntu", "ID_LIKE": "debian"}, "apt"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "apt"),
        ({"ID": "fedora"}, "dnf"),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "dnf"),
        ({"ID": "manjaro", "ID_LIKE": "arch"}, "pacman"),
        ({"ID": "nixos"}, None),
    ],
)
def test_the_installer_follows_the_distribution(
    monkeypatch: pytest.MonkeyPatch, release: dict[str, str], name: str | None
) -> None:
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: release)
    assert system_packages.installer() == name


def test_fedora_and_arch_install_without_further_questions() -> None:
    assert system_packages.install_commands("dnf", ["a", "b"]) == [["dnf", "install", "--assumeyes", "a", "b"]]
    assert system_packages.install_commands("pacman", ["a"]) == [["pacman", "-S", "--needed", "--noconfirm", "a"]]


def test_a_library_is_found_when_the_loader_finds_it() -> None:
    assert Library("libc.so.6")()
    assert not Library("libcardscope-has-no-such.so.1")()


def test_a_file_is_found_by_pattern(tmp_path: Path) -> None:
    (tmp_path / "drivers").mkdir()
    assert not system_packages.file(f"{tmp_path}/*/reader.so*")()
    (tmp_path / "drivers" / "reader.so.1").touch()
    assert system_packages.file(f"{tmp_path}/none", f"{tmp_path}/*/reader.so*")()


def test_every_library_that_qt_loads_is_a_need() -> None:
    """A library that Qt's X11 platform names and that no need covers would be missing on a bare machine."""
    readelf = shutil.which("readelf")
    if readelf is None:
        if os.environ.get("CARDSCOPE_REQUIRE_ALL_TESTS"):
            pytest.fail("readelf (binutils) is not installed")
        pytest.skip("readelf (binutils) is not installed")
    spec = importlib.util.find_spec("PySide6")
    assert spec
    assert spec.origin
    qt = Path(spec.origin).parent / "Qt"
    modules = [qt / f"lib/libQt6{name}.so.6" for name in ("Core", "Gui", "Widgets", "Svg", "DBus", "XcbQpa")]
    plugins = [qt / "plugins/platforms/libqxcb.so", *(qt / "plugins/xcbglintegrations").glob("*.so")]
    listing = subprocess.run([readelf, "-d", *modules, *plugins], capture_output=True, text=True, check=True).stdout
    loaded = set(re.findall(r"\(NEEDED\).*\[(.+)\]", listing))
    assert "libxcb-cursor.so.0" in loaded, "the listing was not understood"

    bundled = {path.name for path in (qt / "lib").iterdir()}
    with_the_compiler = {name for name in loaded if re.match(r"lib(c|m|stdc\+\+|gcc_s)\.so|ld-linux", name)}
    needs = {need.found.soname for need in system_packages.RUN_NEEDS if isinstance(need.found, Library)}
    assert loaded - bundled - with_the_compiler <= needs


def test_every_need_has_packages_on_debian() -> None:
    own_python = {"Python's virtual environments", "Python's C headers, to build pyscard"}
    for missing in system_packages.RUN_NEEDS + system_packages.TEST_NEEDS:
        assert missing.packages("apt") or missing.what in own_python
