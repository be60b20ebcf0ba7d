"""GET DATA and PUT DATA (ISO/IEC 7816-4 §7.4)."""

from cardscope.virtual.iso7816.messages import Answer, Command, StatusError, whole
from cardscope.virtual.iso7816.state import Channel, DataObject


def get_data(channel: Channel, command: Command) -> Answer:
    """GET DATA (CA): the value of the data object whose tag is P1-P2."""
    command.require_no_data()
    command.require_ne()
    found = _object(channel, command)
    channel.require(found.read)
    return whole(command, found.value)


def put_data(channel: Channel, command: Command) -> Answer:
    """PUT DATA (DA): replaces the value of the data object whose tag is P1-P2."""
    data = command.require_data()
    found = _object(channel, command)
    channel.require(found.update)
    if len(data) > found.limit:
        raise StatusError(0x6A84)
    found.value = data
    return Answer()


def _object(channel: Channel, command: Command) -> DataObject:
    # 0000 to 003F are RFU; 0040 to 00FE and 4000 on are BER-TLV tags, 0100 to 01FF proprietary ones.
    if command.p1p2 < 0x40:
        raise StatusError(0x6A86)
    found = channel.card.data_objects.get(command.p1p2)
    if found is None:
        raise StatusError(0x6A88)
    return found
