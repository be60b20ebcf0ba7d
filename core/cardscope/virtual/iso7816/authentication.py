"""PINs and keys (ISO/IEC 7816-4 §7.5).

The cryptography is AES-128-CMAC over the challenge, a choice of this card: the standard leaves the algorithm open.
"""

import hmac
import secrets

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from cardscope.virtual.iso7816.messages import Answer, Command, StatusError, whole
from cardscope.virtual.iso7816.security import PIN_LENGTHS, Pin, Secret
from cardscope.virtual.iso7816.state import Channel, key_of, pin_of

CHALLENGE_LENGTH = 8
"""Bytes of a challenge when Le does not say."""
CHALLENGE_LENGTHS = range(8, 33)
MAC_LENGTH = 16
PUK_LENGTH = 8
EXTERNAL_KEY = 0x01
INTERNAL_KEY = 0x02


def verify(channel: Channel, command: Command) -> Answer:
    """VERIFY (20). Without data it asks for the state: 9000 verified, 63Cx tries left. P1 = FF withdraws the
    verification. A PIN of an impossible length is 6700 and costs no try."""
    pin = pin_of(channel, command.p2)
    if command.p1 == 0xFF:
        command.require_no_data()
        channel.satisfied.discard(pin)
        return Answer()
    _require_p1(command, 0x00)
    if not command.data:
        if pin in channel.satisfied:
            return Answer()
        pin.require_usable()
        raise pin.tries_left()
    pin.require_usable()
    _require_length(command.data, PIN_LENGTHS)
    _present(channel, pin, command.data)
    return Answer()


def change_reference_data(channel: Channel, command: Command) -> Answer:
    """CHANGE REFERENCE DATA (24). P1 = 00: the old PIN and the new one; 01: the new one, when the old is verified."""
    pin = pin_of(channel, command.p2)
    data = command.require_data()
    _require_p1(command, 0x00, 0x01)
    pin.require_usable()
    if command.p1 == 0x01:
        _require_length(data, PIN_LENGTHS)
        channel.require(pin)
        pin.value = data
        return Answer()
    _require_length(data, range(2 * PIN_LENGTHS[0], 2 * PIN_LENGTHS[-1] + 1))
    old_length = len(pin.value or b"")
    _present(channel, pin, data[:old_length])
    _require_new_pin(data[old_length:])
    pin.value = data[old_length:]
    return Answer()


def reset_retry_counter(channel: Channel, command: Command) -> Answer:
    """RESET RETRY COUNTER (2C). P1 = 00: the PUK and a new PIN; 01: the PUK alone. The PIN is not verified by it.
    6984 for a PIN that has no PUK."""
    pin = pin_of(channel, command.p2)
    data = command.require_data()
    _require_p1(command, 0x00, 0x01)
    puk = pin.puk
    if puk is None:
        raise StatusError(0x6984)
    puk.require_usable()
    _require_length(data, range(PUK_LENGTH, PUK_LENGTH + 1 + (0 if command.p1 else PIN_LENGTHS[-1])))
    puk.present(right=_same(data[:PUK_LENGTH], puk))
    if command.p1 == 0x00:
        _require_new_pin(data[PUK_LENGTH:])
        pin.value = data[PUK_LENGTH:]
    pin.left = pin.limit
    return Answer()


def get_challenge(channel: Channel, command: Command) -> Answer:
    """GET CHALLENGE (84): 8 random bytes, or as many as Le says (8 to 32)."""
    command.require_p1p2(0x0000)
    command.require_no_data()
    ne = command.require_ne()
    length = CHALLENGE_LENGTH if command.any_length else ne
    if length not in CHALLENGE_LENGTHS:
        raise StatusError(0x6700)
    answer = whole(command, secrets.token_bytes(length))
    channel.challenge = answer.data
    return answer


def internal_authenticate(channel: Channel, command: Command) -> Answer:
    """INTERNAL AUTHENTICATE (88) with key 02: the CMAC of the challenge in the data field (8 to 32 bytes)."""
    _require_p1(command, 0x00)
    key = _usable_key(channel, command.p2, INTERNAL_KEY)
    challenge = command.require_data()
    _require_length(challenge, CHALLENGE_LENGTHS)
    return Answer(_cmac(key, challenge))


def external_authenticate(channel: Channel, command: Command) -> Answer:
    """EXTERNAL AUTHENTICATE (82) with key 01: the CMAC of the last challenge, which serves for one attempt. Without
    data it asks for the tries left, as VERIFY."""
    _require_p1(command, 0x00)
    key = _usable_key(channel, command.p2, EXTERNAL_KEY)
    if not command.data:
        if key in channel.satisfied:
            return Answer()
        raise key.tries_left()
    _require_length(command.data, range(MAC_LENGTH, MAC_LENGTH + 1))
    challenge, channel.challenge = channel.challenge, None
    if challenge is None:
        raise StatusError(0x6985)
    channel.satisfied.discard(key)
    key.present(right=hmac.compare_digest(command.data, _cmac(key, challenge)))
    channel.satisfied.add(key)
    return Answer()


def _usable_key(channel: Channel, reference: int, wanted: int) -> Secret:
    """The key, which has one purpose alone: were it the same for both, a card would answer its own challenges."""
    key = key_of(channel, reference)
    key.require_usable()
    if reference != wanted:
        raise StatusError(0x6984)
    return key


def _cmac(key: Secret, data: bytes) -> bytes:
    assert key.value is not None
    mac = CMAC(AES(key.value))
    mac.update(data)
    return mac.finalize()


def _present(channel: Channel, pin: Pin, offered: bytes) -> None:
    """A right PIN satisfies the conditions that name it; a wrong one withdraws what was satisfied."""
    channel.satisfied.discard(pin)
    pin.present(right=_same(offered, pin))
    channel.satisfied.add(pin)


def _same(offered: bytes, secret: Secret) -> bool:
    return secret.value is not None and hmac.compare_digest(offered, secret.value)


def _require_p1(command: Command, *allowed: int) -> None:
    if command.p1 not in allowed:
        raise StatusError(0x6A86)


def _require_length(data: bytes, lengths: range) -> None:
    if len(data) not in lengths:
        raise StatusError(0x6700)


def _require_new_pin(pin: bytes) -> None:
    if len(pin) not in PIN_LENGTHS:
        raise StatusError(0x6A80)
