"""The life of files (ISO/IEC 7816-9): CREATE, DELETE, ACTIVATE, DEACTIVATE and TERMINATE."""

from cardscope.virtual.iso7816.ber_tlv import decode
from cardscope.virtual.iso7816.control import DATA_CODING, DF_DESCRIPTOR, SHAREABLE, Template
from cardscope.virtual.iso7816.files import (
    OVERHEAD,
    RESERVED_IDS,
    Df,
    Ef,
    LifeCycle,
    RecordEf,
    Structure,
    TransparentEf,
)
from cardscope.virtual.iso7816.messages import Answer, Command, StatusError
from cardscope.virtual.iso7816.security import Access
from cardscope.virtual.iso7816.state import Channel

_SIZE, _DESCRIPTOR, _FID, _NAME, _SFI, _LIFE_CYCLE = 0x80, 0x82, 0x83, 0x84, 0x88, 0x8A
_KNOWN = frozenset((_SIZE, _DESCRIPTOR, _FID, _NAME, _SFI, _LIFE_CYCLE))
_MAX_RECORDS = 254


def create_file(channel: Channel, command: Command) -> Answer:
    """CREATE FILE (E0) in the current DF, from an FCP template with 82 and 83, for an EF also 80 (its size; for records
    their total) and if wanted 88, for a DF if wanted 84. 8A may be 05 alone: the new file is activated. It is current,
    and open to everyone. 6A85 when the template and Lc differ in length, 6A80 for any other fault in it."""
    command.require_p1p2(0x0000)
    data = command.require_data()
    df = channel.df
    channel.require(df.create)
    file = _from_parameters(df, _parameters(data))
    if df.child(file.fid) is not None or file.fid == df.fid:
        raise StatusError(0x6A89)
    if isinstance(file, Df) and file.name and any(other.name == file.name for other in channel.card.mf.dfs()):
        raise StatusError(0x6A8A)
    if file.size > df.free():
        raise StatusError(0x6A84)
    df.children.append(file)
    if isinstance(file, Df):
        channel.enter(file)
    else:
        channel.open_ef(file)
    return Answer()


def delete_file(channel: Channel, command: Command) -> Answer:
    """DELETE FILE (E4): the file in the current DF that the data field names, or without data the current EF. 6985 for
    a DF that is current, or holds what is current, on some channel."""
    command.require_p1p2(0x0000)
    file = _named(channel, command)
    channel.require(channel.df.create)
    if isinstance(file, Df):
        if any(file in other.df.ancestry() for other in channel.card.channels.values()):
            raise StatusError(0x6985)
    else:
        channel.card.forget(file)
    channel.df.children.remove(file)
    return Answer()


def activate_file(channel: Channel, command: Command) -> Answer:
    """ACTIVATE FILE (44) for EFs."""
    return _change(channel, command, LifeCycle.ACTIVATED)


def deactivate_file(channel: Channel, command: Command) -> Answer:
    """DEACTIVATE FILE (04) for EFs: until activated again, the file can be selected and nothing else."""
    return _change(channel, command, LifeCycle.DEACTIVATED)


def terminate_ef(channel: Channel, command: Command) -> Answer:
    """TERMINATE EF (E8): as deactivated, for good."""
    return _change(channel, command, LifeCycle.TERMINATED)


def _change(channel: Channel, command: Command, life_cycle: LifeCycle) -> Answer:
    command.require_p1p2(0x0000)
    ef = _named(channel, command)
    if not isinstance(ef, Ef):
        raise StatusError(0x6A82)
    channel.require(ef.admin)
    if ef.life_cycle is LifeCycle.TERMINATED:
        raise StatusError(0x6985)
    ef.life_cycle = life_cycle
    return Answer()


def _named(channel: Channel, command: Command) -> Df | Ef:
    """The file in the current DF whose identifier is the data field; the current EF when that is empty."""
    if not command.data:
        if channel.ef is None:
            raise StatusError(0x6986)
        return channel.ef
    if len(command.data) != 2:
        raise StatusError(0x6700)
    file = channel.df.child(int.from_bytes(command.data))
    if file is None:
        raise StatusError(0x6A82)
    return file


def _parameters(data: bytes) -> dict[int, bytes]:
    try:
        outer = decode(data)
    except ValueError:
        raise StatusError(0x6A85) from None
    if len(outer) != 1:
        raise StatusError(0x6A85)
    tag, value = outer[0]
    try:
        inner = decode(value)
    except ValueError:
        raise StatusError(0x6A85) from None
    parameters = dict(inner)
    wanted = {_DESCRIPTOR, _FID}
    if tag != Template.FCP or len(parameters) != len(inner) or not wanted <= parameters.keys() <= _KNOWN:
        raise StatusError(0x6A80)
    return parameters


def _from_parameters(df: Df, parameters: dict[int, bytes]) -> Df | Ef:
    fid = int.from_bytes(parameters[_FID])
    descriptor = parameters[_DESCRIPTOR]
    activated = bytes((LifeCycle.ACTIVATED,))
    if parameters.get(_LIFE_CYCLE, activated) != activated:
        raise StatusError(0x6A80)
    if len(parameters[_FID]) != 2 or fid in RESERVED_IDS or not descriptor:
        raise StatusError(0x6A80)
    kind = descriptor[0] & ~SHAREABLE
    if kind == DF_DESCRIPTOR:
        return _new_df(df, fid, parameters)
    try:
        structure = Structure(kind)
    except ValueError:
        raise StatusError(0x6A80) from None
    return _new_ef(df, fid, structure, parameters)


def _new_df(df: Df, fid: int, parameters: dict[int, bytes]) -> Df:
    name = parameters.get(_NAME, b"")
    if parameters.keys() & {_SIZE, _SFI} or len(name) > 16 or (_NAME in parameters and not name):
        raise StatusError(0x6A80)
    return Df(fid=fid, parent=df, name=name, create=df.create)


def _new_ef(df: Df, fid: int, structure: Structure, parameters: dict[int, bytes]) -> Ef:
    size = int.from_bytes(parameters.get(_SIZE, b""))
    if not size or len(parameters[_SIZE]) > 2 or _NAME in parameters:
        raise StatusError(0x6A80)
    if size + OVERHEAD > df.free():
        raise StatusError(0x6A84)
    sfi = _new_sfi(df, parameters.get(_SFI, b""))
    descriptor = parameters[_DESCRIPTOR]
    if len(descriptor) > 1 and descriptor[1] != DATA_CODING:
        raise StatusError(0x6A80)
    if structure is Structure.TRANSPARENT:
        if len(descriptor) > 2:
            raise StatusError(0x6A80)
        return TransparentEf(fid=fid, parent=df, sfi=sfi, admin=Access.ALWAYS, content=bytearray(size))
    # The descriptor goes on with the record size (2 bytes) and, here ignored for 80 tells it, the number of records.
    record_size = int.from_bytes(descriptor[2:4])
    if not 4 <= len(descriptor) <= 5 or not 1 <= record_size <= 255 or size % record_size:
        raise StatusError(0x6A80)
    limit = size // record_size
    if limit > _MAX_RECORDS:
        raise StatusError(0x6A80)
    return RecordEf(
        fid=fid,
        parent=df,
        sfi=sfi,
        admin=Access.ALWAYS,
        structure=structure,
        record_size=record_size,
        limit=limit,
        records=[],
    )


def _new_sfi(df: Df, value: bytes) -> int | None:
    if not value:
        return None
    sfi = value[0] >> 3
    if len(value) != 1 or value[0] & 0x07 or not 1 <= sfi <= 30 or df.ef_by_sfi(sfi) is not None:
        raise StatusError(0x6A80)
    return sfi
