"""Status words that a healthy card has no occasion for."""

from cardscope.virtual.iso7816.messages import Answer, Command, StatusError
from cardscope.virtual.iso7816.state import Channel

INS_SIMULATE_FAULT = 0x02


def simulate_fault(_channel: Channel, command: Command) -> Answer:
    """``80 02 SW1 SW2``, a command of this card's own: ends with the warning or error in P1-P2 and does nothing else.
    61 and 6C, which make the reader's side act, can be had in earnest and are 6A86 here."""
    command.require_no_data()
    if not 0x62 <= command.p1 <= 0x6F or command.p1 == 0x6C:
        raise StatusError(0x6A86)
    raise StatusError(command.p1p2)
