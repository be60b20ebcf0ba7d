"""What `python3 packaging/dev.py …` makes of its command line and of the Python that it is started with."""

import ast
import subprocess
import sys
from pathlib import Path

import commands
import pytest

DEV = Path(commands.__file__).with_name("dev.py")


@pytest.mark.parametrize(
    ("argv", "command", "yes", "arguments"),
    [
        (["run"], "run", False, []),
        (["run", "--yes"], "run", True, []),
        (["run", "--virtual", "ntag216"], "run", False, ["--virtual", "ntag216"]),
        (["run", "--", "--virtual", "ntag216"], "run", False, ["--virtual", "ntag216"]),
        (["run", "send", "--", "--yes"], "run", False, ["send", "--yes"]),
        (["run", "--help"], "run", False, ["--help"]),
        (["--yes", "test", "-k", "atr"], "test", True, ["-k", "atr"]),
        (["test", "-k", "atr", "--yes"], "test", True, ["-k", "atr"]),
        (["bench", "idle"], "bench", False, ["idle"]),
        (["screenshots"], "screenshots", False, []),
    ],
)
def test_yes_is_dev_pys_own_and_the_rest_is_the_commands(
    argv: list[str], command: str, yes: bool, arguments: list[str]
) -> None:
    assert commands.parse(argv) == (command, yes, arguments)


@pytest.mark.parametrize("argv", [[], ["--yes"], ["rnu"]])
def test_without_a_known_command_the_usage_is_shown(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        commands.parse(argv)
    assert stop.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert commands.USAGE in said.err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"\n  {command} " in said for command in commands.COMMANDS)


def test_dev_py_has_no_syntax_that_an_old_python_cannot_read() -> None:
    for node in ast.walk(ast.parse(DEV.read_text(), feature_version=(3, 7))):
        assert not isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.NamedExpr | ast.Match)
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None
            assert not any(argument.annotation for argument in node.args.args)


@pytest.mark.parametrize(("folder_has", "advice"), [(["python3.12"], "start it as: python3.12 "), ([], "Install one")])
def test_an_old_python_is_told_which_one_to_use(tmp_path: Path, folder_has: list[str], advice: str) -> None:
    for name in folder_has:
        (tmp_path / name).touch()
    pretend = f"import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path({str(DEV)!r}, run_name='__main__')"
    run = subprocess.run(
        [sys.executable, "-c", pretend], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "CardScope needs Python 3.11 or newer, and this is 3.9." in run.stderr
    assert advice in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("script", ["dev.py", "commands.py", "environment.py", "system_packages.py"])
def test_only_the_standard_library_is_imported(script: str) -> None:
    own = {path.stem for path in DEV.parent.glob("*.py")}
    names: set[str] = set()
    for node in ast.walk(ast.parse(DEV.with_name(script).read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    assert names <= own | sys.stdlib_module_names
