"""Commands as lines: hex, a scriptor script, and a command line of opensc-tool."""

from collections.abc import Sequence
from typing import Final

from cardscope.export.exchange import ExportedExchange, ExportError
from cardscope.export.program import Blank, Program, Step

_SCRIPTOR_WORDS: Final = ("exit", "reset")
"""scriptor obeys these anywhere in a line, in a comment too."""


def write_hex(exchanges: Sequence[ExportedExchange], *, include_secrets: bool) -> str:
    """Two lines for each exchange, the command and what came of it. Raises ExportError when there are none."""
    if not exchanges:
        raise ExportError("There is nothing to copy: select one or more rows of the transcript.")
    lines: list[str] = []
    for each in exchanges:
        lines.append(f"> {each.shown(include_secrets=include_secrets).text}")
        there = each.response is not None
        lines.append(f"< {each.answer_hex(include_secrets=include_secrets) if there else each.error}")
    return "\n".join(lines) + "\n"


def write_scriptor(program: Program) -> str:
    """A script for scriptor and gscriptor of pcsc-tools, and for ``cardscope run``.

    These have no variables: a command with a secret is a comment, and the script ends before its first command.
    """
    lines = ["# Smart card commands. Run them with: scriptor FILE"]
    lines += [f"# {note}" for note in program.notes]
    if program.blanks:
        lines.append("# Secrets were left out: put them in below, in hex with spaces, and take the # away there.")
        lines.append("# Then delete the line that ends this script before its first command.")
        lines += [f"# {one.name}: {_harmless(one.request)}" for one in program.blanks]
        lines.append("exit")
    for step in program.steps:
        lines.append(f"# {_harmless(step.label)}")
        blank = "# " if any(isinstance(part, Blank) for part in step.parts) else ""
        lines.append(blank + " ".join(part.name if isinstance(part, Blank) else part for part in step.parts))
    return "\n".join(lines) + "\n"


def _harmless(text: str) -> str:
    for word in _SCRIPTOR_WORDS:
        at = text.casefold().find(word)
        while at >= 0:
            text = f"{text[: at + 1]}-{text[at + 1 :]}"
            at = text.casefold().find(word)
    # A line that ends with a backslash goes on in the next one.
    return text.replace("\\", "/")


def write_opensc_tool(program: Program) -> str:
    """One command line for a POSIX shell, which refuses to run while a secret is not set."""
    lines = [f"# {note}" for note in program.notes]
    lines += [f': "${{{one.name}:?Set it first: {_bare(one.request)}}}"' for one in program.blanks]
    # Without a card driver of OpenSC nothing is sent but these commands. It follows 61xx and 6Cxx by itself.
    words = [f"opensc-tool --reader {_quoted(program.reader)} --card-driver default"]
    words += [f"--send-apdu {_argument(step)}" for step in program.steps]
    return "\n".join([*lines, " \\\n  ".join(words)]) + "\n"


def _argument(step: Step) -> str:
    if all(isinstance(part, str) for part in step.parts):
        return "".join(str(part) for part in step.parts).replace(" ", "")
    text = "".join(f"${{{part.name}}}" if isinstance(part, Blank) else part.replace(" ", "") for part in step.parts)
    return f'"{text}"'


def _quoted(text: str) -> str:
    inner = text.replace("'", "'\\''")
    return f"'{inner}'"


def _bare(text: str) -> str:
    """``text`` as it may stand in the shell's ``${NAME:?…}`` within double quotes."""
    return "".join(each for each in text if each not in '\\"$`}')
