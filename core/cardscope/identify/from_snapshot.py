"""A tag known from a file or a backup, described as one on a reader is. Pure."""

from dataclasses import replace

from cardscope.decode.tag_version import decode_version_response
from cardscope.identify.chip_identity import Certainty, ChipIdentity, identify_version
from cardscope.identify.identification import Identification
from cardscope.identify.readout import TagReadout
from cardscope.identify.state import describe
from cardscope.identify.summary import permanent_sentences, summarise, weighed_identity
from cardscope.tags.catalogue import SECTOR, Command
from cardscope.tags.image import image_pages
from cardscope.tags.snapshot import TagSnapshot


def readout_of(snapshot: TagSnapshot) -> TagReadout:
    """What a reader would have read of the tag in ``snapshot``: without PWD, PACK and keys."""
    chip = snapshot.chip
    readable = frozenset(image_pages(chip)).difference(*chip.unreadable)
    has_signature = Command.READ_SIG in chip.commands
    return TagReadout(
        uid=snapshot.uid,
        identity=_identity(snapshot),
        pages={page: content for page, content in snapshot.pages.items() if page in readable},
        unreadable=snapshot.unreadable,
        signature=snapshot.signature if has_signature else None,
        counters=snapshot.counters,
        read_protected_from=_protected_from(snapshot, readable),
        # Many formats have no place for a signature, so only what CardScope read itself tells that there is none.
        signature_asked=bool(snapshot.reader),
    )


def identification_of(snapshot: TagSnapshot) -> Identification:
    """The same as the end of an identification, with the same sentences. Checks the signature, which takes about 3 ms.

    ``reader`` is the one that the tag was read with; there is no insertion, no ATR and no exchange.
    """
    readout = readout_of(snapshot)
    state = describe(readout)
    version = snapshot.version or b""
    return Identification(
        snapshot.reader,
        insertion=0,
        atr=b"",
        uid=snapshot.uid,
        chip=weighed_identity(readout, state),
        version_response=version,
        version_field=decode_version_response(version, version) if version else None,
        readout=readout,
        state=state,
        permanent=permanent_sentences(state),
        summary=summarise(readout, state),
        complete=True,
    )


def _identity(snapshot: TagSnapshot) -> ChipIdentity:
    chip = snapshot.chip
    if snapshot.version is not None:
        return replace(identify_version(snapshot.version), chip=chip)
    saved = f"It was saved as {chip.name}."
    if chip.version is None:
        return ChipIdentity(chip.family, chip.vendor, Certainty.LIKELY, (saved,), chip=chip)
    reasons = ("What it answers to GET_VERSION is not known.", saved)
    return ChipIdentity(chip.name, chip.vendor, Certainty.LIKELY, reasons, chip=chip)


def _protected_from(snapshot: TagSnapshot, readable: frozenset[int]) -> int | None:
    """The page of sector 0 from which on nothing was read although it was asked for."""
    known = [page for page in snapshot.pages if page < SECTOR and page in readable]
    first = min((page for page in readable if page > max(known)), default=None)
    return first if first in snapshot.unreadable else None
