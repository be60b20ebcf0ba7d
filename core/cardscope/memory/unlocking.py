"""Trying a password or a key that the user gave: once, and nothing else."""

from dataclasses import dataclass

from cardscope.errors import CardError, Sent
from cardscope.identify.identification import Identification
from cardscope.memory.authentication import prove
from cardscope.memory.credentials import Credentials
from cardscope.memory.page_access import TagAccess
from cardscope.memory.reading import link_to
from cardscope.readers.families import FailureKind, NativeFailure
from cardscope.session import CardSession
from cardscope.tags.catalogue import Command
from cardscope.tags.snapshot import TagSnapshot


@dataclass(frozen=True, slots=True)
class Tries:
    """How many wrong passwords a tag still forgives."""

    limit: int | None
    """AUTHLIM as a number of wrong passwords in a row; 0: any number, ``None``: the settings could not be read."""
    left: int | None
    """How many of them are left; ``None``: no command of NTAG21x and MIFARE Ultralight EV1 tells (hazard H14)."""

    @property
    def may_lock(self) -> bool:
        """Whether one wrong password may be the last one."""
        return self.limit is None or (self.limit > 0 and (self.left is None or self.left <= 1))


def tries(snapshot: TagSnapshot) -> Tries:
    """What is known of the tries that the tag of ``snapshot`` allows. A key is never counted."""
    chip = snapshot.chip
    if chip.key_pages is not None or "AUTHLIM" not in chip.fields:
        return Tries(0, None)
    if chip.fields["AUTHLIM"].page not in snapshot.pages:
        return Tries(None, None)
    limit = TagAccess(snapshot).authlim
    if not limit or snapshot.auth_failures is None:
        return Tries(limit, None)
    return Tries(limit, max(0, limit - snapshot.auth_failures))


async def unlock(session: CardSession, known: Identification, credentials: Credentials) -> Credentials:
    """Tries ``credentials`` once on the tag of ``session``, which ``known`` has identified, and returns them with the
    PACK that the tag answered. Nothing is read or written, and what it opened closes with the next selection.

    Raises CardError where the tag, or the reader, refuses, UnknownMemoryError for what is no known Type 2 tag, and
    ReaderError as :meth:`CardSession.send` does.
    """
    async with session.alone():
        link = link_to(session, known)
        if session.uid is None:
            await session.read_uid()
        if not link.has_route:
            raise CardError(
                "This reader passes only plain reads and writes on, and no password.",
                reader=session.reader,
                remedy="Put the tag on a reader that passes native commands on, such as the ACR122U.",
            )
        proven = await prove(link, credentials, session.uid or b"\0")
        await link.close()
    if isinstance(proven, NativeFailure):
        raise CardError(_refusal(proven, credentials), reader=session.reader, sent=Sent.UNKNOWN)
    return proven


def _refusal(failure: NativeFailure, credentials: Credentials) -> str:
    if failure.kind is FailureKind.ERROR:
        return f"The tag did not open. {failure.text}"
    secret = "key" if credentials.key is not None else "password"
    name = Command.AUTHENTICATE.name if credentials.key is not None else Command.PWD_AUTH.name
    # A tag that has had its last try answers the same, and so does one that left the field for a moment.
    return f"The tag did not take the {secret}: {failure.text[:1].lower()}{failure.text[1:].rstrip('.')} ({name})."
