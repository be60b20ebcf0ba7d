"""The originality signature of NXP's Type 2 tags: what READ_SIG answers, checked against known public keys.

ECDSA on secp128r1; the message is the 7 bytes of the UID as they are, without a hash (NXP AN11350, AN11341, and the
implementation in RfidResearchGroup/proxmark3). It proves who signed the UID, and not that the tag is no copy: UID and
signature can be copied together (NXP AN13089, §7).
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from cardscope.tags.image import UID_SIZE
from cardscope_resources import resource

SIGNATURE_SIZE: Final = 32
"""Bytes: r and s, 16 each, most significant byte first."""


@dataclass(frozen=True, slots=True)
class OriginalityKey:
    """A public key. Signatures of a ``test`` key say nothing about who made a tag."""

    name: str
    public: bytes
    """The uncompressed point: 04, x, y; 33 bytes."""
    test: bool
    source: str


@dataclass(frozen=True, slots=True)
class Originality:
    """What a signature is worth."""

    present: bool
    """Whether there is a signature at all: 32 zero bytes are none."""
    valid: bool | None
    """Whether one of the known keys made it for this UID; ``None`` when there is nothing that could be checked."""
    key: str | None
    """The name of the key that made it."""
    test: bool
    """Whether that is a test key: the tag is a virtual one, or says what a virtual one says."""
    text: str
    """The same in one sentence for a person."""


@cache
def originality_keys() -> Sequence[OriginalityKey]:
    """All keys, in the order of ``originality.toml``."""
    data = tomllib.loads(resource("originality.toml").read_text(encoding="utf-8"))
    return tuple(
        OriginalityKey(table["name"], bytes.fromhex(table["public"]), table["test"], table["source"])
        for table in data["keys"]
    )


def verify_originality(uid: bytes, signature: bytes) -> Originality:
    """Checks the ``signature`` that a tag with this ``uid`` gave. Never raises, whatever the sizes.

    Takes about 3 ms where no key fits; the first call takes 50 ms longer, to load the cryptography: too long for a
    thread that draws a window.
    """
    if not any(signature):
        return Originality(False, None, None, False, "The tag has no originality signature.")
    if len(signature) != SIGNATURE_SIZE:
        text = f"The signature has {len(signature)} bytes; only signatures of {SIGNATURE_SIZE} bytes can be checked."
        return Originality(True, None, None, False, text)
    if len(uid) != UID_SIZE:
        text = f"The signature cannot be checked: it belongs to a UID of {UID_SIZE} bytes, and this one has {len(uid)}."
        return Originality(True, None, None, False, text)
    for key in originality_keys():
        if _made_by(key, uid, signature):
            return Originality(True, True, key.name, key.test, _valid_text(key))
    text = "The signature fits this UID with none of the known keys: a clone, or a maker whose key is not known."
    return Originality(True, False, None, False, text)


def _valid_text(key: OriginalityKey) -> str:
    if key.test:
        return "This is a test signature, made for a virtual card: it says nothing about the maker of a chip."
    return (
        f"The signature is right: it was made for this UID with the key “{key.name}”. It does not prove that this is "
        "the chip that it was made for: a copy of UID and signature passes as well."
    )


def _made_by(key: OriginalityKey, uid: bytes, signature: bytes) -> bool:
    from ecdsa import BadSignatureError, VerifyingKey  # noqa: PLC0415 - loading it takes 50 ms
    from ecdsa.curves import SECP128r1  # noqa: PLC0415

    try:
        # The UID is shorter than the order of the curve, so it goes in as the whole number that it is.
        return VerifyingKey.from_string(key.public, curve=SECP128r1).verify_digest(signature, uid)
    except BadSignatureError:
        return False
