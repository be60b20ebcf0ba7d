"""The reader's side of Ultralight C's AUTHENTICATE (MF0ICU2 data sheet §7.5.5): two keys, CBC mode chained through all
messages."""

import hmac
import secrets

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC

_BLOCK = 8


class TripleDesProof:
    """One authentication. ``stored_key``: the 16 bytes of the key pages, which hold each half of the key last byte
    first (§7.5.7). ``challenge``: the tag's ek(RndB), 8 bytes."""

    def __init__(self, stored_key: bytes, challenge: bytes) -> None:
        key1, key2 = stored_key[:_BLOCK][::-1], stored_key[_BLOCK:][::-1]
        self._algorithm = TripleDES(key1 + key2 + key1)
        rnd_b = self._decrypt(bytes(_BLOCK), challenge)
        self._rnd_a = secrets.token_bytes(_BLOCK)
        encryptor = Cipher(self._algorithm, CBC(challenge)).encryptor()
        self.token = encryptor.update(self._rnd_a + _rotated(rnd_b)) + encryptor.finalize()
        """ek(RndA || RndB'), 16 bytes, for the tag."""

    def is_proven_by(self, response: bytes) -> bool:
        """Whether ek(RndA'), the 8 bytes of the tag's answer to :attr:`token`, shows that the tag knows the key."""
        return hmac.compare_digest(self._decrypt(self.token[_BLOCK:], response), _rotated(self._rnd_a))

    def _decrypt(self, initial: bytes, data: bytes) -> bytes:
        decryptor = Cipher(self._algorithm, CBC(initial)).decryptor()
        return decryptor.update(data) + decryptor.finalize()


def _rotated(block: bytes) -> bytes:
    return block[1:] + block[:1]
