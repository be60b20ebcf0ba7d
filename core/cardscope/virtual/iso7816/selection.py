"""SELECT (ISO/IEC 7816-4 §7.1.1)."""

from collections.abc import Sequence
from typing import TypeVar

from cardscope.virtual.iso7816.control import Template, control_information
from cardscope.virtual.iso7816.files import MF_ID, Df, Ef, LifeCycle
from cardscope.virtual.iso7816.messages import SUCCESS, Answer, Command, StatusError
from cardscope.virtual.iso7816.state import Channel

_TEMPLATES = {0x00: Template.FCI, 0x04: Template.FCP, 0x08: Template.FMD, 0x0C: None}
"""P2, bits 4 and 3."""
_FIRST, _LAST, _NEXT, _PREVIOUS = range(4)
"""P2, bits 2 and 1."""


def select(channel: Channel, command: Command) -> Answer:
    """SELECT. A file out of service is selected all the same, with the warning 6283 or 6285."""
    if command.p2 > 0x0F:
        raise StatusError(0x6A86)
    occurrence = command.p2 & 0x03
    if command.p1 == 0x04:
        file = _by_name(channel, command.data, occurrence)
    elif occurrence != _FIRST:
        raise StatusError(0x6A86)
    else:
        file = _by_place(channel, command)
    if isinstance(file, Df):
        channel.enter(file)
    else:
        channel.open_ef(file)
    template = _TEMPLATES[command.p2 & 0x0C]
    information = control_information(file, template) if template is not None else b""
    return Answer(information, _warning(file))


def _warning(file: Df | Ef) -> int:
    if file.life_cycle is LifeCycle.DEACTIVATED:
        return 0x6283
    return 0x6285 if file.life_cycle is LifeCycle.TERMINATED else SUCCESS


def _by_place(channel: Channel, command: Command) -> Df | Ef:
    current = channel.df
    match command.p1:
        case 0x00:
            return _by_identifier(channel, _identifier(command.data)) if command.data else channel.card.mf
        case 0x01:
            return _wanted(current.child(_identifier(command.data)), Df)
        case 0x02:
            return _wanted(current.child(_identifier(command.data)), Ef)
        case 0x03:
            if command.data:
                raise StatusError(0x6A87)
            return _wanted(current.parent, Df)
        case 0x08:
            return _by_path(channel.card.mf, command.data)
        case 0x09:
            return _by_path(current, command.data)
        case _:
            raise StatusError(0x6A86)


def _by_identifier(channel: Channel, fid: int) -> Df | Ef:
    """The MF, a file in the current DF, that DF itself, its parent, or a DF beside it: in this order."""
    if fid == MF_ID:
        return channel.card.mf
    current = channel.df
    parent = current.parent
    beside = [child for child in parent.children if isinstance(child, Df)] if parent else []
    nearby = [*current.children, current, *([parent] if parent else []), *beside]
    return _found(next((file for file in nearby if file.fid == fid), None))


def _by_path(start: Df, path: bytes) -> Df | Ef:
    """The file that ``path`` leads to from ``start``, whose own identifier is not part of it."""
    if not path or len(path) % 2:
        raise StatusError(0x6A87)
    file: Df | Ef = start
    for at in range(0, len(path), 2):
        file = _found(_wanted(file, Df).child(_identifier(path[at : at + 2])))
    return file


def _by_name(channel: Channel, name: bytes, occurrence: int) -> Df:
    """A DF whose name begins with ``name``. Next and previous count from the current DF in the order of the tree; from
    elsewhere they are the first and the last."""
    if not 1 <= len(name) <= 16:
        raise StatusError(0x6A87)
    found: Sequence[Df] = [df for df in channel.card.mf.dfs() if df.name.startswith(name)]
    if channel.df in found:
        here = found.index(channel.df)
        if occurrence == _NEXT:
            found = found[here + 1 :]
        elif occurrence == _PREVIOUS:
            found = found[:here]
    if not found:
        raise StatusError(0x6A82)
    return found[-1] if occurrence in (_LAST, _PREVIOUS) else found[0]


_F = TypeVar("_F", Df, Ef)


def _wanted(file: Df | Ef | None, kind: type[_F]) -> _F:
    if not isinstance(file, kind):
        raise StatusError(0x6A82)
    return file


def _found(file: Df | Ef | None) -> Df | Ef:
    if file is None:
        raise StatusError(0x6A82)
    return file


def _identifier(data: bytes) -> int:
    if len(data) != 2:
        raise StatusError(0x6A87)
    return int.from_bytes(data)
