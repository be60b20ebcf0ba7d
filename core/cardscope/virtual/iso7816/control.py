"""File control information (ISO/IEC 7816-4 §5.3.3): the answer to SELECT, and what CREATE FILE is told."""

from enum import IntEnum

from cardscope.virtual.iso7816.ber_tlv import encode
from cardscope.virtual.iso7816.files import Df, Ef, RecordEf, Structure

SHAREABLE = 0x40
"""In the file descriptor byte: usable on several logical channels at once. All files of this card are."""
DF_DESCRIPTOR = 0x38
DATA_CODING = 0x41
"""The data coding byte: WRITE is a logical OR, data units are single bytes."""


class Template(IntEnum):
    """The template around control information."""

    FCI = 0x6F
    FCP = 0x62
    FMD = 0x64


def control_information(file: Df | Ef, template: Template) -> bytes:
    """The template with what there is to say of ``file``: control parameters, management data, or in FCI both."""
    value = b""
    if template is not Template.FMD:
        value += _parameters(file)
    if template is not Template.FCP:
        value += _management(file)
    return encode(template, value)


def _parameters(file: Df | Ef) -> bytes:
    life_cycle = encode(0x8A, bytes((file.life_cycle,)))
    fid = encode(0x83, file.fid.to_bytes(2))
    if isinstance(file, Df):
        capacity = encode(0x81, file.capacity.to_bytes(2)) if file.capacity is not None else b""
        name = encode(0x84, file.name) if file.name else b""
        return capacity + encode(0x82, bytes((SHAREABLE | DF_DESCRIPTOR, DATA_CODING))) + fid + name + life_cycle
    # A short EF identifier stands in bits 8 to 4; an empty data object says that there is none.
    sfi = encode(0x88, bytes((file.sfi << 3,)) if file.sfi else b"")
    sizes = encode(0x80, file.data_size.to_bytes(2)) + encode(0x81, file.size.to_bytes(2))
    return sizes + encode(0x82, _descriptor(file)) + fid + sfi + life_cycle


def _descriptor(file: Ef) -> bytes:
    if isinstance(file, RecordEf):
        head = bytes((SHAREABLE | file.structure, DATA_CODING))
        return head + file.record_size.to_bytes(2) + bytes((len(file.records),))
    return bytes((SHAREABLE | Structure.TRANSPARENT, DATA_CODING))


def _management(file: Df | Ef) -> bytes:
    label = file.label.encode("ascii")
    if not label:
        return b""
    # 50 is the application label, which an EF does not have: there it is proprietary information.
    return encode(0x50 if isinstance(file, Df) else 0x85, label)
