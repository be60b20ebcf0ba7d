"""Exchanges to export, as a transcript has them."""

from cardscope.events import Origin
from cardscope.export import ExportedExchange

TAG = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")
"""An NTAG or Ultralight as readers present it (PC/SC Part 3)."""
CLASSIC = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
ISO_DEP = bytes.fromhex("3B8180018080")
CONTACT = bytes.fromhex("3BA70040188065A208010152")
NOON = 1_795_003_200.25
"""2026-11-18 12:00:00.25 UTC."""


def exchange(
    command: str,
    response: str | None = "9000",
    *,
    atr: bytes | None = ISO_DEP,
    insertion: int = 1,
    reader: str = "A reader 00 00",
    error: str = "",
    sent: float = NOON,
    ms: float = 2.5,
    origin: Origin = Origin.USER,
) -> ExportedExchange:
    return ExportedExchange(
        reader=reader,
        insertion=insertion,
        origin=origin,
        atr=atr,
        command=bytes.fromhex(command),
        response=None if response is None else bytes.fromhex(response),
        error=error,
        sent=sent,
        ms=ms,
    )
