"""What 61xx and 6Cxx ask for (ISO/IEC 7816-4 §5.3.4 and §5.6), and how it is sent when the user wants that."""

from collections.abc import Awaitable, Callable
from typing import Final

from cardscope.decode.apdu import ApduError, parse_command
from cardscope.decode.response import split_answer

BYTES_WAIT: Final = 0x61
"""SW1 of an answer that goes on."""
WRONG_LE: Final = 0x6C
"""SW1 of an answer that names the right Le."""
BOTH: Final = frozenset((BYTES_WAIT, WRONG_LE))
MAX_FOLLOW_UPS: Final = 300
"""How many follow-ups one command has at most: a card may answer 61xx for ever. 65,536 bytes take 256."""
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


async def follow(
    command: bytes,
    response: bytes,
    send: Callable[[bytes], Awaitable[bytes]],
    *,
    first_bytes: frozenset[int] = BOTH,
    limit: int = MAX_FOLLOW_UPS,
) -> bytes:
    """Sends by ``send`` what ``response`` to ``command`` calls for, and what the answers to that call for, as long as
    their SW1 is one of ``first_bytes``, but no more than ``limit``. Returns the whole answer: the parts that 61xx
    announced joined, with the last status word. Raises what ``send`` raises."""
    data, sw = split_answer(command, response)
    fetched = b""
    for _ in range(limit):
        following = follow_up(command, sw, first_bytes)
        if following is None:
            break
        if sw is not None and sw >> 8 == BYTES_WAIT:
            fetched += data  # after 6Cxx it is another attempt
        command = following
        data, sw = split_answer(command, await send(command))
    return fetched + data + (sw.to_bytes(2) if sw is not None else b"")
