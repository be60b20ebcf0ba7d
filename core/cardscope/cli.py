"""The ``cardscope`` command. Without a sub-command it opens the window; with one it needs no Qt.

Exit codes: 0 done, 1 a script's answers are not as it expects, 2 wrong usage, 3 refused by the write guard, 4 reader or
card.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final, NoReturn

from cardscope import __version__
from cardscope.errors import CardScopeError, RefusedError, UsageError

# Nothing else is imported before it is known what is wanted: the window opens faster without the sub-commands' needs.

EXIT_USAGE: Final = 2
EXIT_REFUSED: Final = 3
EXIT_CARD: Final = 4


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", remedy=f"See: {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code. The console script's entry point."""
    try:
        options = _parser().parse_args(arguments)
        if options.command is None:
            # Not a normal import: the library has to work where Qt is not installed.
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


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="cardscope", description="Inspector for smart cards and NFC tags. Opens its window.")
    parser.add_argument("--version", action="version", version=f"cardscope {__version__}")
    _add_virtual(parser, None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)

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

    add_service(command("readers", "List the readers and what is on them."))
    add_service(command("watch", "Report readers and cards as they come and go, until interrupted."))
    inspect = command("inspect", "Say what the card on a reader is, and what state it is in.")
    add_reader(inspect)
    add_service(inspect)
    inspect.add_argument("--applications", action="store_true", help="look for known applications, by SELECT")
    inspect.add_argument(
        "--reader-family",
        metavar="KEY",
        # As with --reader-model, a test compares.
        help="how native commands go through the reader: generic (not at all), acr122u, acr1252u, transparent, "
        "omnikey5321 or identiv4700; without this it is found out",
    )
    inspect.add_argument(
        "--count", action="store_true", help="read the tag even if that counts its NFC counter up by one, for ever"
    )
    send = command("send", "Send APDUs to a card and print its answers.")
    add_reader(send)
    add_service(send)
    send.add_argument("--approve", metavar="DIGEST", action="append", default=[], help="agree to one refused APDU")
    send.add_argument("apdu", nargs="+", metavar="APDU", help='in hex, for example "FF CA 00 00 00"')
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
    virtual.add_argument("--image", metavar="FILE", help="the tag's memory: every page, 4 bytes each, PWD and PACK too")
    virtual.add_argument("--uid", metavar="HEX", help="another UID, 7 bytes; it replaces that of the image")
    atr = command("atr", "Decode an answer to reset. With - in its place, one a line from the standard input, as JSON.")
    add_json(atr)
    atr.add_argument("--list", metavar="FILE", help="where smartcard_list.txt of pcsc-tools lies")
    atr.add_argument("hex", nargs="+", metavar="HEX", help="its bytes, with or without spaces")
    doctor = command("doctor", "Find out why a reader is not listed. Changes nothing.")
    add_json(doctor)
    return parser


if __name__ == "__main__":
    sys.exit(main())
