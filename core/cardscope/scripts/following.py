"""What 61xx and 6Cxx ask for (ISO/IEC 7816-4 §5.3.4 and §5.6)."""

from typing import Final

from cardscope.decode.apdu import ApduError, parse_command

BYTES_WAIT: Final = 0x61
"""SW1 of an answer that goes on."""
_GET_RESPONSE = 0xC0
_FIRST_INTERINDUSTRY = 0x40
_CHAINING = 0x10


def follow_up(command: bytes, sw: int | None, first_bytes: frozenset[int]) -> bytes | None:
    """The command that the status word of an answer to ``command`` calls for, if its SW1 is one of ``first_bytes``:
    GET RESPONSE after 61xx, the same with another Le after 6Cxx. ``None`` when it calls for none, or when ``command``
    has no Le to be changed."""
    if sw is None or sw >> 8 not in first_bytes:
        return None
    length = sw & 0xFF
    if sw >> 8 == BYTES_WAIT:
        # On the same logical channel, but no part of a chain.
        cla = command[0] & ~_CHAINING if command[0] < _FIRST_INTERINDUSTRY else command[0]
        return bytes([cla, _GET_RESPONSE, 0, 0, length])
    try:
        apdu = parse_command(command)
    except ApduError:
        return None
    if apdu.le is None:
        return None
    if apdu.case.endswith("E"):
        return command[:-2] + (length or 256).to_bytes(2)
    return command[:-1] + bytes([length])
