"""The card itself: one command in, one response out. The order of its checks is class, channel, instruction, length."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from cardscope.virtual.iso7816 import (
    authentication,
    binary,
    channels,
    data_objects,
    faults,
    management,
    records,
    selection,
)
from cardscope.virtual.iso7816.class_byte import PROPRIETARY, ClassByte
from cardscope.virtual.iso7816.messages import SUCCESS, Answer, Command, StatusError, wrong_le
from cardscope.virtual.iso7816.state import CardState, Channel
from cardscope.virtual.iso7816.transmission import HEADER, Ins, Parse

MAX_DATA = 65_535
"""Bytes that a chain of commands may bring in, the same as one extended command."""

_CHAINING_BIT = 0x10

Handler = Callable[[Channel, Command], Answer]
"""Carries one command out. Raises StatusError for a refusal, before anything has changed."""

_HANDLERS: Mapping[int, Handler] = {
    0x04: management.deactivate_file,
    0x0E: binary.erase_binary,
    0x20: authentication.verify,
    0x24: authentication.change_reference_data,
    0x2C: authentication.reset_retry_counter,
    0x44: management.activate_file,
    0x70: channels.manage_channel,
    0x82: authentication.external_authenticate,
    0x84: authentication.get_challenge,
    0x88: authentication.internal_authenticate,
    0xA2: records.search_record,
    0xA4: selection.select,
    0xB0: binary.read_binary,
    0xB1: binary.read_binary_with_offset,
    0xB2: records.read_record,
    0xCA: data_objects.get_data,
    0xD0: binary.write_binary,
    0xD2: records.write_record,
    0xD6: binary.update_binary,
    0xD7: binary.update_binary_with_offset,
    0xDA: data_objects.put_data,
    0xDC: records.update_record,
    0xE0: management.create_file,
    0xE2: records.append_record,
    0xE4: management.delete_file,
    0xE8: management.terminate_ef,
}
_PROPRIETARY: Mapping[int, Handler] = {faults.INS_SIMULATE_FAULT: faults.simulate_fault}
_CHAINABLE = frozenset((0x88, 0xD0, 0xD2, 0xD6, 0xD7, 0xDA, 0xDC, 0xE0, 0xE2))
"""The instructions whose data may come in several commands."""


class TeachingCard:
    """The card behind its contacts or antenna. ``parse`` is its transmission's way to read commands."""

    def __init__(self, state: CardState, parse: Parse) -> None:
        self.state = state
        self._parse = parse
        self._chain: tuple[bytes, bytes] | None = None
        """The header of a chain under way, and its data so far."""
        self._waiting: tuple[int, bytes] | None = None
        """A logical channel, and what GET RESPONSE will fetch there."""

    def reset(self) -> None:
        """All that is volatile is gone: channels, selection, security status, challenges, chain and waiting data."""
        self.state.reset()
        self._chain = None
        self._waiting = None

    def transmit(self, raw: bytes) -> bytes:
        """The response to any bytes: data and SW1 SW2. Never raises."""
        try:
            if len(raw) < HEADER:
                raise StatusError(0x6700)
            return self._process(self._parse(raw))
        except StatusError as refusal:
            return refusal.sw.to_bytes(2)

    def _process(self, command: Command) -> bytes:
        if command.ins != Ins.GET_RESPONSE:
            self._waiting = None  # only the very next command may fetch it
        chain, self._chain = self._chain, None
        cla = ClassByte.parse(command.cla)
        if cla.secure_messaging:
            raise StatusError(0x6882)
        channel = self.state.channels.get(cla.channel)
        if channel is None:
            raise StatusError(0x6881)
        header = bytes((command.cla & ~_CHAINING_BIT, command.ins, command.p1, command.p2))
        if chain is not None and chain[0] != header:
            raise StatusError(0x6883)
        if command.cla != PROPRIETARY and command.ins == Ins.GET_RESPONSE:
            return self._get_response(command, cla)
        handler = (_PROPRIETARY if command.cla == PROPRIETARY else _HANDLERS).get(command.ins)
        if handler is None:
            raise StatusError(0x6D00)
        if cla.chained and command.ins not in _CHAINABLE:
            raise StatusError(0x6884)
        if not command.well_formed:
            raise StatusError(0x6700)
        if cla.chained or chain is not None:
            data = (chain[1] if chain else b"") + command.require_data()
            if len(data) > MAX_DATA:
                raise StatusError(0x6700)
            if cla.chained:
                self._chain = header, data
                return SUCCESS.to_bytes(2)
            command = replace(command, data=data)
        return self._respond(cla.channel, command, handler(channel, command))

    def _get_response(self, command: Command, cla: ClassByte) -> bytes:
        """GET RESPONSE (ISO/IEC 7816-4 §7.6.1). 6985 when nothing waits on this channel."""
        if cla.chained:
            raise StatusError(0x6884)
        if not command.well_formed:
            raise StatusError(0x6700)
        command.require_p1p2(0x0000)
        command.require_no_data()
        ne = command.require_ne()
        if self._waiting is None or self._waiting[0] != cla.channel:
            raise StatusError(0x6985)
        data = self._waiting[1]
        if command.exact and ne > len(data):
            raise wrong_le(len(data))
        return self._respond(cla.channel, command, Answer(data))

    def _respond(self, channel: int, command: Command, answer: Answer) -> bytes:
        """As much of the answer as there is room for; the rest waits for GET RESPONSE, and 61xx says so in place of
        9000. A warning goes out at once and is not said again."""
        room = command.ne or 0
        rest = answer.data[room:]
        self._waiting = (channel, rest) if rest else None
        sw = answer.sw
        if rest and sw == SUCCESS:
            sw = 0x6100 | (len(rest) if len(rest) < 256 else 0)
        return answer.data[:room] + sw.to_bytes(2)
