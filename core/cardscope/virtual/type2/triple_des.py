"""The two passes of 3DES with which Ultralight C and its reader prove to each other that they know the key."""

import hmac

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 8
"""Bytes in a block of DES."""


class TripleDesAuthentication:
    """The card's side of one AUTHENTICATE (DSULC 7.5.5): two keys, CBC mode chained through all messages."""

    def __init__(self, stored_key: bytes, rnd_b: bytes) -> None:
        """``stored_key``: the 16 bytes of the key pages, which hold each half of the key last byte first (DSULC
        7.5.7). ``rnd_b``: the card's 8 random bytes."""
        key1, key2 = stored_key[:BLOCK][::-1], stored_key[BLOCK:][::-1]
        self._algorithm = TripleDES(key1 + key2 + key1)
        self._expected = _rotated(rnd_b)
        self.challenge = self._encrypt(bytes(BLOCK), rnd_b)
        """ek(RndB), 8 bytes."""

    def response(self, token: bytes) -> bytes | None:
        """ek(RndA'), 8 bytes, to the reader's ek(RndA || RndB'), 16 bytes; ``None`` when that proves nothing."""
        decryptor = Cipher(self._algorithm, CBC(self.challenge)).decryptor()
        plain = decryptor.update(token) + decryptor.finalize()
        if not hmac.compare_digest(plain[BLOCK:], self._expected):
            return None
        return self._encrypt(token[BLOCK:], _rotated(plain[:BLOCK]))

    def _encrypt(self, initial: bytes, data: bytes) -> bytes:
        encryptor = Cipher(self._algorithm, CBC(initial)).encryptor()
        return encryptor.update(data) + encryptor.finalize()


def _rotated(block: bytes) -> bytes:
    return block[1:] + block[:1]
