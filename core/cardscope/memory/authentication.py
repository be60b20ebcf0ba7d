"""Opening a protected tag with what the user gave for it."""

from dataclasses import replace

from cardscope.guard import PlanApproval
from cardscope.identify.tag_link import TagLink
from cardscope.memory.credentials import Credentials
from cardscope.readers.families import FailureKind, NativeFailure
from cardscope.tags.catalogue import Command

_CHALLENGE_SIZE = 9
_MORE = 0xAF
"""Begins the tag's challenge and the reader's answer to it (MF0ICU2 data sheet §7.5.5)."""


async def authenticate(link: TagLink, credentials: Credentials, uid: bytes) -> NativeFailure | None:
    """Authenticates once with ``credentials``, which the user has given for the tag of ``uid``; ``None``: done, until
    the tag is selected anew. A wrong password counts where AUTHLIM is set; nothing is ever tried again.

    A PACK that is not the expected one is a failure: it is another tag then, or another password than was meant.
    Raises ReaderError as all commands do.
    """
    proven = await prove(link, credentials, uid)
    return proven if isinstance(proven, NativeFailure) else None


async def prove(link: TagLink, credentials: Credentials, uid: bytes) -> Credentials | NativeFailure:
    """:func:`authenticate` that returns, once it is done, ``credentials`` with the PACK that the tag answered."""
    before = link.approval
    try:
        if credentials.key is not None:
            refused = await _prove_key(link, credentials.key, uid)
            return credentials if refused is None else refused
        if credentials.password is not None:
            answer = await _pwd_auth(link, credentials.password, credentials.pack, uid)
            return answer if isinstance(answer, NativeFailure) else replace(credentials, pack=answer)
    finally:
        link.approval = before
    return NativeFailure(FailureKind.ERROR, "Neither a password nor a key was given.")


async def _pwd_auth(link: TagLink, password: bytes, pack: bytes | None, uid: bytes) -> bytes | NativeFailure:
    _allow(link, uid, bytes((Command.PWD_AUTH,)) + password)
    answer = await link.pwd_auth(password)
    if not isinstance(answer, NativeFailure) and pack is not None and answer != pack:
        text = f"The tag took the password and answered PACK {answer.hex().upper()}, not {pack.hex().upper()}."
        return NativeFailure(FailureKind.ERROR, text)
    return answer


async def _prove_key(link: TagLink, key: bytes, uid: bytes) -> NativeFailure | None:
    from cardscope.memory.triple_des import TripleDesProof  # noqa: PLC0415 - few need it, and it takes a while

    challenge = await link.native(bytes((Command.AUTHENTICATE, 0)))
    if isinstance(challenge, NativeFailure):
        return challenge
    if len(challenge) != _CHALLENGE_SIZE:
        return NativeFailure(FailureKind.ERROR, "The tag's challenge has another form than that of an Ultralight C.")
    proof = TripleDesProof(key, challenge[1:])
    frame = bytes((_MORE,)) + proof.token
    _allow(link, uid, frame)
    answer = await link.native(frame)
    if isinstance(answer, NativeFailure):
        return answer
    if len(answer) != _CHALLENGE_SIZE or not proof.is_proven_by(answer[1:]):
        return NativeFailure(FailureKind.ERROR, "The tag does not know the key.")
    return None


def _allow(link: TagLink, uid: bytes, frame: bytes) -> None:
    """The guard cannot know that the user gave the password or the key for this very tag."""
    if link.family is not None:
        link.approval = PlanApproval(uid, frozenset((link.family.wrap(frame),)))
