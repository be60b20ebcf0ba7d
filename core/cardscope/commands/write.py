"""``cardscope write``: writes pages, or what of a dump file differs, to a tag.

With ``--dry-run`` one object, and nothing is written: ``uid, chip, steps[{page, old, new, why}],
hazards[{code, text, permanent, pages}], predicted, exchanges, approve``. ``predicted`` are all pages of the memory
afterwards as hex, 00 where they are not known; ``approve`` is what ``--approve`` has to say where an effect is
permanent, else ``null``. A plan that is refused for want of it prints the same object.

After writing: ``uid, chip, pages[{page, outcome}], done, stopped, problem, exchanges, journal, hazards``; each outcome
is one of verified, not_written, mismatch and unknown, and ``hazards`` are those of the dry run. What can happen is told
before the first write in any case, on standard error.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from cardscope.commands.dump import identified
from cardscope.commands.password import given_password, read_opened
from cardscope.commands.running import print_json, with_service
from cardscope.decode.hex import HexError, format_hex, parse_hex
from cardscope.dumps import DumpFormatError, load, read_file
from cardscope.errors import CardError, RefusedError, UsageError
from cardscope.identify.chip_identity import Certainty
from cardscope.identify.identification import Identification
from cardscope.memory.credentials import Credentials
from cardscope.memory.draft import Draft
from cardscope.memory.execution import execute
from cardscope.memory.outcome import NotApprovedError, Outcome, PageOutcome
from cardscope.memory.plan import Plan, plan_writes
from cardscope.memory.reading import link_to
from cardscope.memory.recovery import close_settled
from cardscope.memory.restoring import restored
from cardscope.memory.schedule import exchange_count
from cardscope.readers.families import Family, family
from cardscope.service import CardService
from cardscope.session import CardSession
from cardscope.store.database import Database, default_path
from cardscope.store.journal import Journal
from cardscope.tags.catalogue import Chip
from cardscope.tags.image import PAGE_SIZE, image_pages
from cardscope.tags.snapshot import TagSnapshot

Wanted = Mapping[int, bytes] | Path


def run(options: argparse.Namespace) -> int:
    if options.reader_family is not None:
        family(options.reader_family)  # a wrong key is told before a card is waited for
    wanted = _wanted(options.what)
    file = _read(wanted) if isinstance(wanted, Path) else b""
    password = given_password(options)

    async def written(service: CardService) -> None:
        session, known = await identified(service, options)
        draft_of = partial(_draft, wanted, file, opened=password is not None)
        await plan_and_write(session, known, options, draft_of, password)

    return with_service(options, written)


async def plan_and_write(
    session: CardSession,
    known: Identification,
    options: argparse.Namespace,
    draft_of: Callable[[TagSnapshot], Draft],
    password: Credentials | None,
) -> None:
    """Reads the tag, with ``password`` where one is given, plans what ``draft_of`` makes of that, and writes it, or
    with ``--dry-run`` says what would be done. Raises RefusedError where a permanent effect is not approved,
    CardError for what was not done, and as :func:`read_opened` does."""
    if known.chip is not None and known.chip.certainty is not Certainty.CERTAIN:
        how_sure = "likely" if known.chip.certainty is Certainty.LIKELY else "a guess"
        print(f"That this is the chip {known.chip.name} is {how_sure}, not certain.", file=sys.stderr)
    stop = asyncio.Event()

    async def visit() -> Outcome | None:
        """The tag is alone with this command from its reading to the last word about it."""
        async with session.alone():
            link = link_to(session, known)
            base = await read_opened(link, session, known, options, password)
            plan = plan_writes(draft_of(base), password=password)
            refusal = _refusal(plan, options.approve)
            if options.dry_run or refusal is not None:
                await link.close()
                _announce(plan, known.family, options)
                if refusal is not None and not options.dry_run:
                    raise refusal
                return None
            if not plan.steps:
                await link.close()
                _report(plan, None, as_json=options.json)
                return None
            for sentence in _warnings(plan):
                print(sentence, file=sys.stderr)
            async with _journal() as journal:
                outcome = await execute(
                    session,
                    plan,
                    family=known.family,
                    approved=options.approve,
                    journal=journal,
                    stop=stop,
                    link=link,
                )
                await _close_earlier(journal, base, outcome)
            _report(plan, outcome, as_json=options.json)
            return outcome

    running = asyncio.ensure_future(visit())
    try:
        outcome = await asyncio.shield(running)
    except asyncio.CancelledError:  # interrupted: it ends with the page that is being written
        stop.set()
        await running
        raise
    if outcome is not None and not outcome.done:
        raise CardError(outcome.problem, reader=session.reader, remedy="Read the tag, and write what is left.")


def _draft(wanted: Wanted, file: bytes, base: TagSnapshot, *, opened: bool) -> Draft:
    return _from_file(base, file, wanted, opened=opened) if isinstance(wanted, Path) else _from_pages(base, wanted)


@asynccontextmanager
async def _journal() -> AsyncGenerator[Journal]:
    database = await Database(default_path()).open()
    try:
        yield Journal(database)
    finally:
        await database.close()


async def _close_earlier(journal: Journal, base: TagSnapshot, outcome: Outcome) -> None:
    """Closes the earlier plans for this tag that are settled by now, and tells of the others."""
    if outcome.done and outcome.snapshot is not None:
        await close_settled(journal, outcome.snapshot)
    left = [entry for entry in await journal.unfinished(base.uid) if entry.id != outcome.entry]
    if left:
        text = f"{len(left)} earlier plan{'s' * (len(left) > 1)} for this tag did not come to an end."
        print(f"{text} The window offers to carry on, to go back, or to leave it.", file=sys.stderr)


# ---- What is asked for -----------------------------------------------------------------------------------------------


def _wanted(what: list[str]) -> Wanted:
    """Pages by number, or a file. Raises UsageError."""
    pages: dict[int, bytes] = {}
    files: list[Path] = []
    for text in what:
        number, equals, content = text.partition("=")
        page = _page(number) if equals else None
        if page is None:
            if equals and not Path(text).exists():
                raise UsageError(f"“{number}” is no page: pages are decimal, or hex with 0x before them.")
            files.append(Path(text))
            continue
        for index, part in enumerate(_pages_of(text, content)):
            if page + index in pages:
                raise UsageError(f"Page {page + index} is given twice.")
            pages[page + index] = part
    if files and (pages or len(files) > 1):
        raise UsageError("Either one file is written or single pages, and not several files or both.")
    return files[0] if files else pages


def _page(text: str) -> int | None:
    try:
        return int(text, 16 if text.lower().startswith("0x") else 10) if text.isascii() and text.isalnum() else None
    except ValueError:
        return None


def _pages_of(text: str, content: str) -> list[bytes]:
    try:
        data = parse_hex(content)
    except HexError as error:
        at = len(text) - len(content) + error.position
        raise UsageError(f"“{text}”: {error}", remedy=f"{text}\n{' ' * at}^") from error
    if len(data) % PAGE_SIZE:
        raise UsageError(f"“{text}” has {len(data)} bytes, and a page has {PAGE_SIZE}: give whole pages.")
    return [data[start : start + PAGE_SIZE] for start in range(0, len(data), PAGE_SIZE)]


def _read(path: Path) -> bytes:
    try:
        return read_file(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error


def _from_pages(base: TagSnapshot, pages: Mapping[int, bytes]) -> Draft:
    try:
        return Draft(base, pages)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _from_file(base: TagSnapshot, data: bytes, path: Path, *, opened: bool) -> Draft:
    try:
        dump = load(data, path.name)
    except DumpFormatError as error:
        raise UsageError(f"{path}: {error}", remedy=error.remedy) from error
    except UsageError:  # it can be of several chips, and the tag tells
        dump = load(data, path.name, chip=base.chip)
    taken_over = restored(base, dump.snapshot, opened=opened)
    for sentence in dump.notes:
        print(sentence, file=sys.stderr)
    for page, why in taken_over.left_out.items():
        print(f"Page {page} stays as it is: {why}.", file=sys.stderr)
    return taken_over.draft


# ---- What is said ----------------------------------------------------------------------------------------------------


def _refusal(plan: Plan, approved: str | None) -> RefusedError | None:
    if not plan.steps or approved in (plan.digest, plan.approve):
        return None
    refusal = NotApprovedError(plan, approved)
    return RefusedError(str(refusal), remedy=f"To write exactly this, add: --approve {plan.digest}")


def _announce(plan: Plan, route: Family | None, options: argparse.Namespace) -> None:
    """The plan as JSON, which is what ``--dry-run`` prints in any case; without ``--json`` in words for people too, on
    standard error."""
    if options.json or options.dry_run:
        print_json(_to_json(plan, route))
    if not options.json:
        print("\n".join(_to_text(plan, route)), file=sys.stderr)
        if options.dry_run and plan.approve is not None:  # else the refusal that follows says it
            print(f"To write exactly this: --approve {plan.approve}", file=sys.stderr)


def _to_json(plan: Plan, route: Family | None) -> dict[str, Any]:
    return {
        "uid": format_hex(plan.base.uid),
        "chip": plan.base.chip.name,
        "steps": [
            {
                "page": step.page,
                "old": format_hex(step.old) if step.old is not None else None,
                "new": format_hex(step.new),
                "why": step.why,
            }
            for step in plan.writes
        ],
        "hazards": _hazards_json(plan),
        "predicted": format_hex(_memory(plan.base.chip, plan.predicted)),
        "exchanges": exchange_count(plan, route, just_read=True) if plan.steps else 0,
        "approve": plan.approve,
    }


def _hazards_json(plan: Plan) -> list[dict[str, Any]]:
    return [
        {"code": one.code, "text": one.text, "permanent": one.permanent, "pages": list(one.pages)}
        for one in plan.hazards
    ]


def _warnings(plan: Plan) -> Iterator[str]:
    for hazard in plan.hazards:
        yield f"{'FOR EVER' if hazard.permanent else 'Note'} ({hazard.code}): {hazard.text}"


def _memory(chip: Chip, snapshot: TagSnapshot) -> bytes:
    return b"".join(snapshot.pages.get(page, bytes(PAGE_SIZE)) for page in image_pages(chip))


def _to_text(plan: Plan, route: Family | None) -> Iterator[str]:
    yield f"{plan.base.chip.name} {format_hex(plan.base.uid)}"
    if not plan.steps:
        yield "Nothing is to be written: the tag holds all of it."
        return
    for step in plan.writes:
        old = format_hex(step.old, " ") if step.old is not None else "?? ?? ?? ??"
        yield f"{step.page:3}  {step.page:03X}  {old} -> {format_hex(step.new, ' ')}  {step.why}"
    yield from _warnings(plan)
    yield f"{exchange_count(plan, route, just_read=True)} exchanges with the reader."


def _report(plan: Plan, outcome: Outcome | None, *, as_json: bool) -> None:
    """What came of it; ``None``: there was nothing to write."""
    pages: Mapping[int, PageOutcome] = outcome.pages if outcome is not None else {}
    if as_json:
        print_json(
            {
                "uid": format_hex(plan.base.uid),
                "chip": plan.base.chip.name,
                "pages": [{"page": page, "outcome": found.value} for page, found in pages.items()],
                "done": outcome is None or outcome.done,
                "stopped": outcome is not None and outcome.stopped,
                "problem": outcome.problem if outcome is not None else "",
                "exchanges": outcome.exchanges if outcome is not None else 0,
                "journal": outcome.entry if outcome is not None else None,
                "hazards": _hazards_json(plan),
            }
        )
        return
    if outcome is None:
        print("Nothing was to be written: the tag holds all of it.")
    for page, found in pages.items():
        print(f"{page:3}  {page:03X}  {found.value.replace('_', ' ')}")
