"""The ``cardscope`` command. Without a sub-command it opens the window; with one it needs no Qt.

Exit codes: 0 done, 1 a script's answers are not as it expects or a file to convert is no dump, 2 wrong usage, 3 refused
by the write guard, 4 reader or card.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final, NoReturn

from cardscope import __version__
from cardscope.errors import CardScopeError, RefusedError, UsageError

# Nothing else is imported before it is known what is wanted: the window opens faster without the sub-commands' needs.

EXIT_USAGE: Final = 2
EXIT_REFUSED: Final = 3
EXIT_CARD: Final = 4


class _Parser(argparse.ArgumentParser):
    commands: frozenset[str] = frozenset()
    """The names of the sub-commands."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", remedy=f"See: {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code. The console script's entry point."""
    try:
        parser = _parser()
        given = sys.argv[1:] if arguments is None else arguments
        if files := _dump_files(given, parser):
            # Not a normal import: the library has to work where Qt is not installed.
            return import_module("cardscope_gui.app").main(files=files)
        options = parser.parse_args(given)
        if options.command is None:
            return import_module("cardscope_gui.app").main(virtual_card=options.virtual, model=options.reader_model)
        return import_module(f"cardscope.commands.{options.command}").run(options)
    except CardScopeError as error:
        print(error, file=sys.stderr)
        if error.remedy:
            print(error.remedy, file=sys.stderr)
        if isinstance(error, UsageError):
            return EXIT_USAGE
        return EXIT_REFUSED if isinstance(error, RefusedError) else EXIT_CARD
    except BrokenPipeError:
        # The reader of a pipe has enough ("cardscope watch --json | head -1"). Python would complain at exit.
        sys.stdout = None
        return 0
    except KeyboardInterrupt:
        return 130


def _dump_files(arguments: Sequence[str], parser: _Parser) -> list[Path]:
    """The files to open in the window, where the arguments name files in place of a sub-command; else none. Raises
    UsageError when one of them is not there."""
    first = arguments[0] if arguments else "-"
    if first.startswith("-") or first in parser.commands:
        return []
    if not Path(first).exists() and "." not in first and "/" not in first:
        return []  # a sub-command, misspelt: the parser says which there are
    for name in arguments:
        if name.startswith("-"):
            raise UsageError(f"The option {name} does not go with files.", remedy="See: cardscope --help")
        if Path(name).is_dir():
            raise UsageError(f"{name} is a folder, not a dump file.")
        if not Path(name).exists():
            raise UsageError(f"There is no file {name}.")
    return [*map(Path, arguments)]


def _add_virtual(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--virtual",
        metavar="CARD",
        default=default,
        help="put this card on the virtual reader; a chip's name alone, as ntag216, gives it with a web address",
    )
    _add_reader_model(parser, default)


def _add_reader_model(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--reader-model",
        metavar="MODEL",
        default=default,
        # Written out, since the models themselves take a while to load. A test compares.
        help="which reader a virtual card is on: generic, acr122u, acr1252u, transparent, omnikey5321 or identiv4700",
    )


def _parser() -> _Parser:
    parser = _Parser(
        prog="cardscope",
        usage="cardscope [options] [COMMAND ...]\n       cardscope FILE ...",
        description="Inspector for smart cards and NFC tags. Opens its window.",
        epilog="Dump files in place of a command are opened in the window, as if they were tags.",
    )
    parser.add_argument("--version", action="version", version=f"cardscope {__version__}")
    _add_virtual(parser, None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser, prog="cardscope")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text)

    def add_service(sub: argparse.ArgumentParser) -> None:
        add_json(sub)
        # Suppressed, so that it does not undo the same option before the command.
        _add_virtual(sub, argparse.SUPPRESS)

    def add_json(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--json", action="store_true", help="print JSON")

    def add_reader(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--reader", metavar="NAME", help="the reader's name or a part of it")

    def add_reader_family(sub: argparse.ArgumentParser) -> None:
        sub.add_argument(
            "--reader-family",
            metavar="KEY",
            # As with --reader-model, a test compares.
            help="how native commands go through the reader: generic (not at all), acr122u, acr1252u, transparent, "
            "omnikey5321 or identiv4700; without this it is found out",
        )

    def add_count(sub: argparse.ArgumentParser) -> None:
        sub.add_argument(
            "--count", action="store_true", help="read the tag even if that counts its NFC counter up by one, for ever"
        )

    def add_password(sub: argparse.ArgumentParser) -> None:
        sub.add_argument(
            "--password",
            action="store_true",
            help="open a protected tag: asks for its password (8 hex digits; the key of an Ultralight C has 32), or "
            "takes it as a line of the standard input",
        )
        sub.add_argument(
            "--approve-try",
            metavar="UID",
            help="try the password on the tag of this UID even if a wrong one may be the last that it takes",
        )

    add_service(command("readers", "List the readers and what is on them."))
    add_service(command("watch", "Report readers and cards as they come and go, until interrupted."))
    inspect = command("inspect", "Say what the card on a reader is, and what state it is in.")
    add_reader(inspect)
    add_service(inspect)
    inspect.add_argument("--applications", action="store_true", help="look for known applications, by SELECT")
    add_reader_family(inspect)
    add_count(inspect)
    send = command("send", "Send APDUs to a card and print its answers.")
    add_reader(send)
    add_service(send)
    send.add_argument("--approve", metavar="DIGEST", action="append", default=[], help="agree to one refused APDU")
    kind = send.add_mutually_exclusive_group()
    kind.add_argument("--control", action="store_true", help="to the reader itself, with or without a card on it")
    kind.add_argument(
        "--follow", action="store_true", help="fetch what 61xx announces, and send again with the Le that 6Cxx names"
    )
    send.add_argument("apdu", nargs="+", metavar="APDU", help='in hex, for example "FF CA 00 00 00"')
    dump = command("dump", "Read all of a tag's memory.")
    add_reader(dump)
    add_service(dump)
    add_reader_family(dump)
    add_count(dump)
    add_password(dump)
    dump.add_argument("-o", dest="output", metavar="FILE", help="the dump file to write; without this it is listed")
    dump.add_argument("--format", metavar="NAME", help="the format of FILE; without this its name tells")
    dump.add_argument("--force", action="store_true", help="write over FILE")
    write = command("write", "Write pages, or what of a dump file differs, to a tag.")
    add_reader(write)
    add_service(write)
    add_reader_family(write)
    add_count(write)
    add_password(write)
    write.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")
    write.add_argument("--approve", metavar="DIGEST", help="agree to the permanent effects of exactly this plan")
    write.add_argument(
        "what",
        nargs="+",
        metavar="FILE | PAGE=HEX",
        help="a dump file of the same chip; or pages, decimal or with 0x, each with its 4 bytes: 4=0102FE00",
    )
    ndef = command("ndef", "Say what the NDEF message on a tag or card is, or put a link in its place.")
    add_reader(ndef)
    add_service(ndef)
    add_reader_family(ndef)
    add_count(ndef)
    add_password(ndef)
    ndef.add_argument("--set-uri", metavar="URI", help="make a link to URI the whole message")
    ndef.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")
    ndef.add_argument("--approve", metavar="DIGEST", help="agree to the permanent effects of exactly this plan")
    script = command("run", "Carry out a script of APDUs and say what passed and what failed.")
    add_reader(script)
    add_service(script)
    script.add_argument("--approve", metavar="DIGEST", action="append", default=[], help="agree to one refused APDU")
    script.add_argument("script", metavar="SCRIPT", help="the file; - reads it from the standard input")
    virtual = command("virtual", "Serve a virtual card to the PC/SC service until interrupted.")
    virtual.add_argument("card", nargs="?", metavar="CARD", help="the card's name, see --list")
    virtual.add_argument("--list", action="store_true", help="print the names of all cards")
    _add_reader_model(virtual, None)
    virtual.add_argument("--vpcd", metavar="[HOST:]PORT", help="where the vpcd driver listens")
    virtual.add_argument("--image", metavar="FILE", help="a dump file of the tag, in any format; CARD says which chip")
    virtual.add_argument("--uid", metavar="HEX", help="another UID, 7 bytes; it replaces that of the image")
    convert = command("convert", "Write a dump file in another format, and say what that does not hold.")
    add_json(convert)
    convert.add_argument("--format", metavar="NAME", help="the format of OUT; without this its name tells")
    convert.add_argument(
        "--from", dest="source", metavar="NAME", help="the format of IN; without this its content tells"
    )
    convert.add_argument("--chip", metavar="NAME", help="the chip that IN is of, where that can be several")
    convert.add_argument("--force", action="store_true", help="write over OUT")
    convert.add_argument("input", metavar="IN", help="the file; - reads it from the standard input")
    convert.add_argument("output", metavar="OUT", help="the file to write")
    atr = command("atr", "Decode an answer to reset. With - in its place, one a line from the standard input, as JSON.")
    add_json(atr)
    atr.add_argument("--list", metavar="FILE", help="where smartcard_list.txt of pcsc-tools lies")
    atr.add_argument("hex", nargs="+", metavar="HEX", help="its bytes, with or without spaces")
    doctor = command("doctor", "Find out why a reader is not listed. Changes nothing.")
    add_json(doctor)
    parser.commands = frozenset(commands.choices or ())
    return parser


if __name__ == "__main__":
    sys.exit(main())
