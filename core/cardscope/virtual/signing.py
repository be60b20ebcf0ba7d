"""CardScope's own originality signatures, for virtual cards.

The private key is public on purpose: what it signs proves nothing, and :func:`verify_originality` calls it a test
signature. See :mod:`cardscope.tags.originality` for what is signed.
"""

from typing import Final

TEST_KEY: Final = 0x7264AE784E2A79493C31829E889954A1
"""The first 16 bytes of SHA-256 over ``CardScope test signature``."""


def sign(uid: bytes) -> bytes:
    """The test signature, 32 bytes, of a 7-byte ``uid``: always the same one (RFC 6979 with SHA-256).

    The first call takes some 50 ms, to load the cryptography.
    """
    from hashlib import sha256  # noqa: PLC0415

    from ecdsa import SigningKey  # noqa: PLC0415 - loading it takes 50 ms
    from ecdsa.curves import SECP128r1  # noqa: PLC0415

    key = SigningKey.from_secret_exponent(TEST_KEY, curve=SECP128r1)
    return key.sign_digest_deterministic(uid, hashfunc=sha256)
