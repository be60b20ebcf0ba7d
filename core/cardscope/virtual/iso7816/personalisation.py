"""What a teaching card holds when it is handed out, from ``teaching_card.toml``."""

import tomllib
from functools import cache
from typing import Any

from cardscope.virtual.iso7816.files import Df, Ef, Fault, RecordEf, Structure, TransparentEf
from cardscope.virtual.iso7816.security import Access, Condition, Pin, Secret
from cardscope.virtual.iso7816.state import CardState, DataObject
from cardscope_resources import resource


def personalise(historical: bytes, extended_length: bytes) -> CardState:
    """A card in the state of delivery.

    EF.ATR says in data objects what the ``historical`` bytes say in compact ones (ISO/IEC 7816-4 §8.2.1.1), followed
    by ``extended_length``, the data object with the greatest lengths, empty for a card without.
    """
    dfs: dict[str, Df] = {}
    for table in _tables()["df"]:
        parent, _, fid = table["path"].rpartition("/")
        df = Df(
            fid=int(fid, 16),
            parent=dfs[parent] if parent else None,
            name=bytes.fromhex(table.get("name", "")),
            label=table.get("label", ""),
            create=Access[table.get("create", "never").upper()],
            capacity=table.get("capacity"),
        )
        if df.parent is not None:
            df.parent.children.append(df)
        dfs[table["path"]] = df
    for table in _tables()["pin"]:
        dfs[table["df"]].pins[table["reference"]] = _pin(table)
    for table in _tables()["key"]:
        dfs[table["df"]].keys[table["reference"]] = Secret(bytes.fromhex(table["value"]), table["tries"])
    for table in _tables()["ef"]:
        ef = _ef(table, dfs)
        ef.parent.children.append(ef)
    mf = dfs["3F00"]
    objects = {
        table["tag"]: DataObject(
            bytes.fromhex(table["value"]),
            table["limit"],
            _condition(mf, table["read"]),
            _condition(mf, table["update"]),
        )
        for table in _tables()["data_object"]
    }
    _ef_atr(mf, historical, extended_length)
    return CardState(mf, objects)


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(resource("teaching_card.toml").read_text("utf-8"))


def _pin(table: dict[str, Any]) -> Pin:
    pin = Pin(table["value"].encode("ascii") if "value" in table else None, table["tries"])
    if "puk" in table:
        pin.puk = Secret(table["puk"].encode("ascii"), table["puk_tries"])
    return pin


def _ef(table: dict[str, Any], dfs: dict[str, Df]) -> Ef:
    parent, _, fid = table["path"].rpartition("/")
    df = dfs[parent]
    structure = Structure[table["structure"].upper()]
    common: dict[str, Any] = {
        "fid": int(fid, 16),
        "parent": df,
        "label": table.get("label", ""),
        "sfi": table.get("sfi"),
        "read": _condition(df, table.get("read", "always")),
        "update": _condition(df, table.get("update", "always")),
        "admin": _condition(df, table.get("admin", "never")),
        "fault": Fault[table.get("fault", "none").upper()],
    }
    if structure is Structure.TRANSPARENT:
        content = _content(table)
        # "pad" is repeated up to "size".
        pad = bytes.fromhex(table.get("pad", "00"))
        missing = table.get("size", len(content)) - len(content)
        content += (pad * (missing // len(pad) + 1))[:missing]
        return TransparentEf(content=bytearray(content), **common)
    records = [record.encode("ascii") for record in table["records"]]
    return RecordEf(
        structure=structure, record_size=table["record_size"], limit=table["limit"], records=records, **common
    )


def _content(table: dict[str, Any]) -> bytes:
    return table["text"].encode("ascii") if "text" in table else bytes.fromhex(table.get("hex", ""))


def _condition(df: Df, words: str) -> Condition:
    """``always``, ``never``, ``pin 81`` or ``key 01``: a secret of the file's DF or of one around it."""
    kind, _, reference = words.partition(" ")
    if not reference:
        return Access[kind.upper()]
    number = int(reference, 16)
    for one in df.ancestry():
        secrets = one.pins if kind == "pin" else one.keys
        if number in secrets:
            return secrets[number]
    raise ValueError(f"{words}: there is no such secret")


def _ef_atr(mf: Df, historical: bytes, extended_length: bytes) -> None:
    ef = mf.child(0x2F01)
    assert isinstance(ef, TransparentEf)
    content = b""
    at = 1  # after the category indicator
    while at < len(historical):
        # A compact header holds the second nibble of an interindustry tag, and the length.
        tag, length = 0x40 | historical[at] >> 4, historical[at] & 0x0F
        content += bytes((tag, length)) + historical[at + 1 : at + 1 + length]
        at += 1 + length
    ef.content[:] = content + extended_length
