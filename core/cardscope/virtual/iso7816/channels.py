"""MANAGE CHANNEL (ISO/IEC 7816-4 §7.1.2)."""

from cardscope.virtual.iso7816.class_byte import ClassByte
from cardscope.virtual.iso7816.messages import Answer, Command, StatusError, whole
from cardscope.virtual.iso7816.state import CHANNELS, CardState, Channel

_OPEN, _CLOSE = 0x00, 0x80


def manage_channel(channel: Channel, command: Command) -> Answer:
    """MANAGE CHANNEL (70). A channel opened from the basic one begins at the MF, else at the DF of the channel that
    asked; nothing is presented on it yet. 6985 for one that is open (or closed) already, 6A81 when all are open."""
    command.require_no_data()
    if command.p1 not in (_OPEN, _CLOSE) or command.p2 >= CHANNELS:
        raise StatusError(0x6A86)
    state = channel.card
    own = ClassByte.parse(command.cla).channel
    if command.p1 == _CLOSE:
        return _close(state, own, command.p2)
    answer = Answer()
    number = command.p2
    if not number:
        free = next((one for one in range(1, CHANNELS) if one not in state.channels), None)
        if free is None:
            raise StatusError(0x6A81)
        number = free
        answer = whole(command, bytes((number,)))
    elif number in state.channels:
        raise StatusError(0x6985)
    state.channels[number] = Channel(state, channel.df if own else state.mf)
    return answer


def _close(state: CardState, own: int, number: int) -> Answer:
    """P2 = 00 closes the channel of CLA; a number closes that channel, from there or from the basic one."""
    number = number or own
    if number == 0 or own not in (0, number):
        raise StatusError(0x6A86)
    if number not in state.channels:
        raise StatusError(0x6985)
    del state.channels[number]
    return Answer()
