"""``cardscope convert``: a dump file to one of another format.

With ``--json`` one object: ``from, format, chip, uid, out, notes[], losses[]``; ``notes`` is what had to be assumed,
and ``losses`` what OUT does not hold.
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cardscope.commands.dump_files import format_for, write_file
from cardscope.commands.running import print_json
from cardscope.decode.hex import format_hex
from cardscope.dumps import (
    MAX_SIZE,
    AmbiguousDumpError,
    Dump,
    DumpFormatError,
    load,
    read_file,
    save,
)
from cardscope.errors import UsageError
from cardscope.tags.catalogue import Chip, chips

EXIT_NO_DUMP: Final = 1
_STANDARD_INPUT: Final = "-"


def run(options: argparse.Namespace) -> int:
    """0 when OUT is written, 1 where IN is no dump that can be read. Raises UsageError for everything that was asked
    for wrongly, with nothing written."""
    out = Path(options.output)
    target = format_for(out, options.format)
    chip = None if options.chip is None else _chip(options.chip)
    if not options.force and out.exists():
        raise UsageError(f"{out} exists already.", remedy="Another name, or --force to write over it.")
    try:
        dump = _loaded(options, chip)
    except DumpFormatError as error:
        print(f"{_named(options.input)}: {error}", file=sys.stderr)
        if error.remedy:
            print(error.remedy, file=sys.stderr)
        return EXIT_NO_DUMP
    saved = save(dump.snapshot, target)
    write_file(out, saved.data, force=options.force)
    if options.json:
        print_json(
            {
                "from": dump.format,
                "format": target,
                "chip": dump.snapshot.chip.name,
                "uid": format_hex(dump.snapshot.uid),
                "out": str(out),
                "notes": list(dump.notes),
                "losses": list(saved.losses),
            }
        )
        return 0
    for sentence in (*dump.notes, *saved.losses):
        print(sentence, file=sys.stderr)
    return 0


def _loaded(options: argparse.Namespace, chip: Chip | None) -> Dump:
    try:
        if options.input == _STANDARD_INPUT:
            data, name = sys.stdin.buffer.read(MAX_SIZE + 1), ""
        else:
            data, name = read_file(Path(options.input)), Path(options.input).name
        return load(data, name, format=options.source, chip=chip)
    except OSError as error:
        raise UsageError(f"{options.input} cannot be read: {error.strerror or error}.") from error
    except AmbiguousDumpError as error:
        raise UsageError(
            f"{_named(options.input)}: {error}",
            remedy=f"--chip says which: {_keys(one.chip.key for one in error.candidates)}."
            if len({one.format for one in error.candidates}) == 1
            else f"--from says which: {_keys(one.format for one in error.candidates)}.",
        ) from error


def _keys(keys: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(keys))


def _named(source: str) -> str:
    return "Standard input" if source == _STANDARD_INPUT else source


def _chip(key: str) -> Chip:
    chip = chips().get(key.lower())
    if chip is None:
        raise UsageError(f"There is no chip “{key}”.", remedy=f"Chips: {', '.join(chips())}.")
    return chip
