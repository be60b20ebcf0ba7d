"""``cardscope inspect``: says what the card on a reader is, and what state it is in.

With ``--json`` one object: ``reader, atr{}, uid, uid_problems[], chip{}, signature{}, counters{}, memory{}, locks{},
cc{}, config{}, ndef{}, applications[], summary[]``; ``atr`` is what ``cardscope atr --json`` prints. When the card is
taken away meanwhile, what was learned is printed all the same, and the exit code is that of a failed card.
"""

import argparse
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from cardscope.commands.atr import OF_EVERY_SUCH_CARD
from cardscope.commands.running import chosen_session, print_json, with_service
from cardscope.decode.atr import decode_atr
from cardscope.decode.hex import format_hex
from cardscope.decode.tag_config import TagConfig
from cardscope.errors import CardError
from cardscope.identify.atr_list import AtrList, AtrListError
from cardscope.identify.identification import Identification
from cardscope.identify.state import TagState
from cardscope.identify.summary import page_ranges
from cardscope.readers.families import family
from cardscope.service import CardService
from cardscope.tags.catalogue import Chip, Mirror
from cardscope.tags.originality import Originality

_KEY_WIDTH: Final = 15
_YES_NO: Final = {True: "yes", False: "no"}


def run(options: argparse.Namespace) -> int:
    if options.reader_family is not None:
        family(options.reader_family)  # a wrong key is told before a card is waited for

    async def inspected(service: CardService) -> None:
        session = chosen_session(service, options)
        read = await session.read_uid()
        known = await service.identify(
            session,
            family=options.reader_family,
            probe_applications=options.applications,
            may_count=options.count,
        )
        matches = _matches(known.atr)
        if options.json:
            print_json(
                {"reader": known.reader, "atr": decode_atr(known.atr).to_json() | {"matches": matches}}
                | known.to_json()
            )
        else:
            print("\n".join(_to_text(known, matches, read.reason)))
        if known.interrupted:
            raise CardError(known.interrupted, reader=known.reader, remedy="Put the card back and try again.")

    return with_service(options, inspected)


def _matches(atr: bytes) -> list[str]:
    try:
        return AtrList.load().says(atr)
    except AtrListError:
        return []  # "cardscope atr" says how to get one


def _to_text(known: Identification, matches: list[str], no_uid: str) -> Iterator[str]:
    """The sentences, then the facts, then what is wrong."""
    yield from known.summary
    yield ""
    for name, value in _facts(known, matches, no_uid):
        yield f"{name:<{_KEY_WIDTH}}{value}"
    for problem in _problems(known):
        yield f"{'Problem':<{_KEY_WIDTH}}{problem}"


def _facts(known: Identification, matches: list[str], no_uid: str) -> Iterator[tuple[str, str]]:
    atr = decode_atr(known.atr)
    yield "Reader", known.reader
    yield "ATR", format_hex(known.atr, " ")
    yield "", atr.summary
    if known.chip is None:  # of a known chip the list says less
        hint = [OF_EVERY_SUCH_CARD] if matches and atr.storage is not None else []
        yield from _column("In the list", [*matches, *hint])
    yield "UID", format_hex(known.uid, " ") if known.uid else f"unknown: {no_uid}"
    if (chip := known.chip) is not None:
        yield "Chip", f"{chip.name}{f', {chip.vendor}' if chip.vendor else ''} ({chip.certainty.value})"
        yield from _column("", chip.reasons)
        if chip.version is not None:
            yield "GET_VERSION", format_hex(chip.version, " ")
    if known.ats:
        yield "ATS", format_hex(known.ats, " ")
    if known.state is not None:
        yield from _state(known.state, known.to_json())
    yield from _column(
        "Applications",
        [f"{application.name}, {format_hex(application.aid, ' ')}" for application in known.applications],
    )


def _state(state: TagState, out: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if state.originality is not None:
        yield "Signature", _signature(state.originality)
    for address, count in state.counters.items():
        yield f"Counter {address}", str(count)
    if memory := out["memory"]:
        yield "Memory", f"{memory['pages']} pages, {memory['user_bytes']} bytes of them user memory"
    if locks := out["locks"]:
        # The sentences say why lock bytes are not known.
        known = "" if state.dynamic or not (state.chip and state.chip.dynamic_lock) else ", as far as known"
        yield "Read-only", _pages([*locks["static"], *locks["dynamic"]]) + known
        yield "Locks frozen", _pages(locks["frozen"]) + known
    if (cc := state.cc) is not None:
        access = "read and write" if cc.writable else "read-only"
        yield "Container", f"{format_hex(cc.raw, ' ')}: {cc.size} bytes, {access}"
    if state.chip is not None and state.config is not None:
        yield "Configuration", ", ".join(_settings(state.chip, state.config))
    if state.ndef_bytes is not None:
        yield "NDEF", f"{state.ndef_bytes} bytes"


def _settings(chip: Chip, config: TagConfig) -> Iterator[str]:
    """Those that the chip has, under its own names for them."""
    yield f"AUTH0 {config.auth0:02X}"
    if "AUTH1" in chip.fields:
        yield f"AUTH1 {int(not config.prot)}"
    else:
        yield f"{'NFC_PROT' if 'NFC_PROT' in chip.fields else 'PROT'} {_YES_NO[config.prot]}"
    if "CFGLCK" in chip.fields:
        yield f"CFGLCK {_YES_NO[config.cfglck]}"
    if chip.nfc_counter is not None:
        yield f"NFC counter {_YES_NO[config.nfc_counter]}"
    if "AUTHLIM" in chip.fields:
        yield f"AUTHLIM {config.authlim}"
    if chip.mirror is not Mirror.NONE:
        yield f"mirror {config.mirror.value}"


def _signature(originality: Originality) -> str:
    if not originality.present:
        return "none"
    match originality.valid:
        case True:
            return f"valid, {originality.key}"
        case False:
            return "fits none of the known keys"
        case None:
            return "cannot be checked"


def _problems(known: Identification) -> Iterator[str]:
    yield from decode_atr(known.atr).problems
    if known.state is not None:
        yield from known.state.uid_problems
        yield from known.state.cc_problems
        yield from known.state.ndef_problems
    if known.interrupted:
        yield known.interrupted


def _column(name: str, lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The name before the first line alone."""
    for number, line in enumerate(lines):
        yield name if number == 0 else "", line


def _pages(pages: Collection[int]) -> str:
    if not pages:
        return "no page"
    return f"{'pages' if len(pages) > 1 else 'page'} {page_ranges(pages)}"
