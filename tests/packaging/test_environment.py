"""Making .venv once, knowing it again, and recovering from a start that was cut short.

pip runs for real, on a project whose build needs nothing from the network.
"""

import json
import shutil
import sys
from pathlib import Path

import pytest
import system_packages
from environment import LOCK, STAMP, Environment

fcntl = pytest.importorskip("fcntl", reason="Windows locks files in another way")

PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "tiny"
version = "1"
"""

BACKEND = """\
import pathlib, zipfile


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    if pathlib.Path("broken").exists():
        raise OSError(28, "No space left on device")
    info = "tiny-1.dist-info"
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / "tiny-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny.py", "")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", f"tiny.py,,\\n{info}/METADATA,,\\n{info}/WHEEL,,\\n{info}/RECORD,,\\n")
    return "tiny-1-py3-none-any.whl"
"""


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """The environment of a tiny project on a machine that lacks no system package."""
    monkeypatch.setattr(system_packages, "RUN_NEEDS", [])
    monkeypatch.setattr(system_packages, "TEST_NEEDS", [])
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "backend.py").write_text(BACKEND)
    return Environment(tmp_path)


def pretend_installed(environment: Environment, *, tests: bool) -> None:
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to(sys.executable)
    (environment.folder / LOCK).touch()
    environment.write_stamp(environment.wanted(tests=tests))


def is_ready(environment: Environment, *, tests: bool) -> bool:
    return environment._is_ready(tests=tests)


def test_a_fresh_checkout_is_not_ready(environment: Environment) -> None:
    assert environment.stamp() is None
    assert not is_ready(environment, tests=False)


def test_what_serves_the_tests_serves_the_app_but_not_the_reverse(environment: Environment) -> None:
    pretend_installed(environment, tests=False)
    assert is_ready(environment, tests=False)
    assert not is_ready(environment, tests=True)
    environment.write_stamp(environment.wanted(tests=True))
    assert is_ready(environment, tests=False)
    assert is_ready(environment, tests=True)


def test_changed_project_metadata_ask_for_an_install(environment: Environment) -> None:
    pretend_installed(environment, tests=False)
    (environment.root / "pyproject.toml").write_text(PYPROJECT + "# changed\n")
    assert not is_ready(environment, tests=False)


def test_a_moved_checkout_asks_for_an_install(environment: Environment, tmp_path: Path) -> None:
    pretend_installed(environment, tests=False)
    moved = tmp_path.with_name(f"{tmp_path.name}-moved")
    tmp_path.rename(moved)
    assert not is_ready(Environment(moved), tests=False)


@pytest.mark.parametrize("damage", ["", "{", '{"python": "2.7"}', "[]"])
def test_a_damaged_stamp_asks_for_an_install(environment: Environment, damage: str) -> None:
    pretend_installed(environment, tests=False)
    (environment.folder / STAMP).write_text(damage)
    assert not is_ready(environment, tests=False)


def test_an_interpreter_that_was_uninstalled_asks_for_an_install(environment: Environment) -> None:
    pretend_installed(environment, tests=False)
    environment.python.unlink()
    environment.python.symlink_to(environment.root / "gone")
    assert not is_ready(environment, tests=False)


def test_somebody_elses_environment_is_left_alone(environment: Environment) -> None:
    environment.folder.mkdir()
    (environment.folder / "pyvenv.cfg").touch()
    with pytest.raises(SystemExit, match="Rename or delete it"):
        environment.prepare(tests=False, yes=True)
    assert [path.name for path in environment.folder.iterdir()] == ["pyvenv.cfg"]


def test_a_second_dev_py_waits(environment: Environment) -> None:
    with environment._lock(), (environment.folder / LOCK).open() as second, pytest.raises(BlockingIOError):
        fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_install_then_again_then_after_an_interruption(
    environment: Environment, capfd: pytest.CaptureFixture[str]
) -> None:
    environment.prepare(tests=False, yes=True)
    assert list(environment.folder.rglob("tiny.py"))
    assert json.loads((environment.folder / STAMP).read_text()) == environment.wanted(tests=False)
    assert "Making the Python environment" in capfd.readouterr().out

    environment.prepare(tests=False, yes=True)
    assert capfd.readouterr() == ("", "")

    # A failed pip leaves what worked before, to be tried again in place.
    stamp = environment.stamp()
    (environment.root / "pyproject.toml").write_text(PYPROJECT + "# changed\n")
    (environment.root / "broken").touch()
    with pytest.raises(SystemExit, match="The disk is full"):
        environment.prepare(tests=False, yes=True)
    assert environment.stamp() == stamp
    (environment.root / "broken").unlink()
    capfd.readouterr()
    environment.prepare(tests=False, yes=True)
    assert "Making the Python environment" not in capfd.readouterr().out
    assert is_ready(environment, tests=False)

    # An install that was cut short left no stamp and half a package: everything is made anew.
    (environment.folder / STAMP).unlink()
    half = next(environment.folder.rglob("tiny-1.dist-info"))
    (half / "RECORD").unlink()
    environment.prepare(tests=False, yes=True)
    assert next(environment.folder.rglob("tiny-1.dist-info/RECORD")).is_file()
    assert is_ready(environment, tests=False)


def test_a_python_without_ensurepip_is_told_of(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_base_executable", shutil.which("false"))
    with pytest.raises(SystemExit, match="python3-venv"):
        environment.prepare(tests=False, yes=True)
    assert environment.stamp() is None
