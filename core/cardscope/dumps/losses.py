"""What of a tag a file does not hold: the difference between what was saved and what the file tells when it is read."""

from collections.abc import Iterator

from cardscope.decode.hex import format_hex
from cardscope.dumps.dump import Candidate
from cardscope.dumps.pages import EMPTY_PAGE, named_pages
from cardscope.tags.catalogue import Command
from cardscope.tags.snapshot import TagSnapshot


def losses(saved: TagSnapshot, read: TagSnapshot, alike: tuple[Candidate, ...]) -> tuple[str, ...]:
    """A sentence for each thing that is not in ``read``, what the file of ``saved`` tells. ``alike``: what else the
    file can be, when nobody says which chip it is of."""
    return tuple(_losses(saved, read, alike))


def _losses(saved: TagSnapshot, read: TagSnapshot, alike: tuple[Candidate, ...]) -> Iterator[str]:
    if alike:
        names = list(dict.fromkeys(candidate.chip.name for candidate in alike))
        yield f"The file does not say which chip it is of: it can be {', '.join(names[:-1])} or {names[-1]}."
    yield from _pages(saved, read)
    if saved.version is None and read.version is not None:
        yield (
            f"The file names {format_hex(read.version)} as the answer to GET_VERSION, which is not known: it is that "
            f"of every {saved.chip.name}."
        )
    elif saved.version != read.version:
        yield "The file does not hold the answer to GET_VERSION."
    if saved.signature != read.signature and (Command.READ_SIG in saved.chip.commands or any(saved.signature or b"")):
        yield "The file does not hold the signature."
    for address, count in saved.counters.items():
        if read.counters.get(address) != count and address != saved.chip.counter_page:
            yield f"The file does not say that counter {address} stands at {count}."
    if saved.auth_failures != read.auth_failures:
        yield f"The file does not say that there were {saved.auth_failures} failed password authentications."
    if saved.unreadable != read.unreadable:
        yield f"The file does not say why {named_pages(saved.unreadable)} could not be read."
    if saved.reader != read.reader:
        yield f"The file does not say that the reader was “{saved.reader}”."
    if saved.taken is not None and saved.taken != read.taken:
        yield f"The file does not say that the tag was read on {saved.taken:%Y-%m-%d at %H:%M:%S%z}."


def _pages(saved: TagSnapshot, read: TagSnapshot) -> Iterator[str]:
    if missing := [page for page in saved.pages if page not in read.pages]:
        yield f"The file does not say what {named_pages(missing)} {'hold' if len(missing) > 1 else 'holds'}."
    added = [page for page in read.pages if page not in saved.pages]
    if zeros := [page for page in added if read.pages[page] == EMPTY_PAGE]:
        yield f"The file shows {named_pages(zeros)} as 00, which {'are' if len(zeros) > 1 else 'is'} not known."
    for page in added:
        if page not in zeros:
            yield f"The file shows {named_pages([page])} as {format_hex(read.pages[page])}, which is not known."
