"""Transcripts as JSON, for programs.

One object: ``format`` (``cardscope-transcript``), ``version`` (1), ``secrets`` (``masked`` or ``included``) and
``exchanges``, an array of objects with the keys

``time`` (ISO 8601 with the offset from UTC, when the command was handed over), ``ms`` (until the answer was there),
``reader``, ``insertion`` (counts the cards; 0 for
a command to the reader itself), ``origin`` (``user`` or ``application``), ``atr`` (hex, or null);
``command`` with ``hex``, ``summary`` and ``segments`` (``name``, ``span``, ``meaning``); ``answer`` with ``hex``,
``data``, ``sw`` and ``meaning`` (these two null without a status word), or null; ``error`` (a sentence, or null).

Hex has spaces; ``••`` stands for a byte that was left out.
"""

import json

from cardscope.export.exchange import ExportedExchange, label, segments


class JsonWriter:
    """Writes an exchange a line."""

    notes: tuple[str, ...] = ()

    def __init__(self, *, include_secrets: bool) -> None:
        self._include_secrets = include_secrets
        self._begun = False

    def begin(self) -> bytes:
        head = {
            "format": "cardscope-transcript",
            "version": 1,
            "secrets": "included" if self._include_secrets else "masked",
        }
        return (json.dumps(head)[:-1] + ', "exchanges": [').encode()

    def add(self, exchange: ExportedExchange) -> bytes:
        shown = exchange.shown(include_secrets=self._include_secrets)
        answer = None
        if exchange.response is not None:
            said = exchange.answer(include_secrets=self._include_secrets)
            answer = {
                "hex": exchange.answer_hex(include_secrets=self._include_secrets),
                "data": said.data,
                "sw": f"{said.status.code:04X}" if said.status else None,
                "meaning": said.status.meaning if said.status else None,
            }
        row = {
            "time": exchange.time.isoformat(timespec="microseconds"),
            "ms": round(exchange.ms, 3),
            "reader": exchange.reader,
            "insertion": exchange.insertion,
            "origin": str(exchange.origin),
            "atr": exchange.atr.hex(" ").upper() if exchange.atr is not None else None,
            "command": {
                "hex": shown.text,
                "summary": label(shown),
                "segments": [
                    {"name": each.name, "span": [each.start, each.end], "meaning": each.meaning}
                    for each in segments(shown)
                ],
            },
            "answer": answer,
            "error": exchange.error or None,
        }
        comma, self._begun = "," if self._begun else "", True
        return f"{comma}\n{json.dumps(row, ensure_ascii=False)}".encode()

    def end(self) -> bytes:
        return b"\n]}\n"
