"""The sub-commands of dev.py."""

import os
import sys
from pathlib import Path
from typing import NamedTuple

from environment import Environment

ROOT = Path(__file__).resolve().parent.parent

USAGE = """\
usage: python3 packaging/dev.py COMMAND [--yes] [arguments]

  run [arguments]          open CardScope; the arguments go to it (run --virtual ntag216)
  test [arguments]         ruff, pyright and every test; the arguments go to pytest (test -k atr)
  bench [names]            measure the figures the project promises, beside what they are compared with
  screenshots [arguments]  take the pictures of the documentation
  desktop [--remove]       put CardScope into this user's menu, with its kinds of dump files; or take it out (Linux)

Each first makes ready what it needs: system packages (it shows the command and asks once), then the project's
own environment in .venv. Later starts find all that in place and cost next to nothing.

  --yes    answer yes to the question about system packages; in CI (CI=true) that is the default
  --       everything after it goes to the command as it is
"""

# Command -> whether it needs what the tests need, and not only what the app needs.
COMMANDS = {"run": False, "test": True, "bench": True, "screenshots": True, "desktop": False}

CHECKS = (["ruff", "check"], ["ruff", "format", "--check"], ["pyright"])


class Request(NamedTuple):
    """What was asked for on the command line.

    `command` is a key of COMMANDS, `yes` answers the question about system packages, `arguments` go to the command.
    """

    command: str
    yes: bool
    arguments: list[str]


def parse(argv: list[str]) -> Request | None:
    """Read dev.py's own arguments; None when the usage was asked for.

    `--yes` is dev.py's wherever it stands before a `--`. Everything else belongs to the command, so that
    `run --virtual ntag216` and `test -k atr` need no `--`. Raises SystemExit (status 2) for an unknown command.
    """
    end = argv.index("--") if "--" in argv else len(argv)
    own, rest = argv[:end], argv[end + 1 :]
    words = [word for word in own if word != "--yes"]
    if words[:1] in (["-h"], ["--help"]):
        return None
    if not words or words[0] not in COMMANDS:
        what = f"unknown command {words[0]!r}" if words else "a command is missing"
        print(f"dev.py: {what}\n\n{USAGE}", end="", file=sys.stderr)
        raise SystemExit(2)
    return Request(words[0], "--yes" in own, words[1:] + rest)


def main(argv: list[str]) -> int:
    """Run dev.py and return its exit status. `test` alone does not replace this process."""
    request = parse(argv)
    if request is None:
        print(USAGE, end="")
        return 0
    in_ci = os.environ.get("CI", "").lower() in {"true", "1"}
    environment = Environment(ROOT)
    try:
        environment.prepare(tests=COMMANDS[request.command], yes=request.yes or in_ci)
        match request.command:
            case "run":
                return _become([str(environment.program("cardscope")), *request.arguments])
            case "test":
                return _test(environment, request.arguments, in_ci=in_ci)
            case script:
                return _become([str(environment.python), str(ROOT / "packaging" / f"{script}.py"), *request.arguments])
    except KeyboardInterrupt:
        print("\nInterrupted. Start it again to go on from here.", file=sys.stderr)
        return 130


def _test(environment: Environment, arguments: list[str], *, in_ci: bool) -> int:
    """Run every check, pytest last, and return the first status that is not 0.

    A failed check does not keep the later ones from running: one run tells everything that is wrong.
    """
    import subprocess  # noqa: PLC0415 - it would cost every start of the app 10 ms

    if in_ci:
        # A developer's machine may lack a part that a test drives; the machine that judges a change may not.
        os.environ["CARDSCOPE_REQUIRE_ALL_TESTS"] = "1"
    os.environ["PYRIGHT_PYTHON_IGNORE_WARNINGS"] = "1"  # it would ask the network whether it is the newest
    first_failure = 0
    for check in (*CHECKS, ["pytest", *arguments]):
        if check[0] == "pytest" and first_failure:
            print("\nA check above failed, so this run fails even if every test passes.")
        print(f"\n$ {' '.join(check)}", flush=True)
        status = subprocess.run([environment.python, "-m", *check], cwd=ROOT, check=False).returncode
        if status < 0:
            print(f"\n{check[0]} was ended by signal {-status}.")
            status = 128 - status  # as a shell says it
        first_failure = first_failure or status
    return first_failure


def _become(command: list[str]) -> int:
    """Replace this process by the command. Windows cannot: there it runs as a child, and its status is returned."""
    sys.stdout.flush()
    if sys.platform != "win32":
        os.execv(command[0], command)
    import subprocess  # noqa: PLC0415 - see _test

    return subprocess.run(command, check=False).returncode
