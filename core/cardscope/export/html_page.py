"""Transcripts as one HTML page that needs nothing else, on screen in light or dark, and on paper."""

from html import escape
from typing import Final

from cardscope.events import Origin
from cardscope.export.exchange import MASK_MEANING, ExportedExchange, label, segment_hex, segments

_CLASSES: Final = {"CLA": "cla", "INS": "ins", "P1-P2": "p", "Lc": "lc", "Data": "data", "Le": "le"}
_HEAD: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>CardScope transcript</title>
<style>
:root { color-scheme: light dark; --back: #FFFFFF; --text: #1A1D21; --quiet: #5A6370; --line: #D9DDE3;
  --cla: #56606E; --ins: #1F5FC4; --p: #0F6E63; --lc: #7E5D00; --data: #1A1D21; --le: #96406C;
  --ok: #1B6E3C; --warning: #7E5D00; --error: #B3261E; }
@media screen and (prefers-color-scheme: dark) {
  :root { --back: #15181C; --text: #E8EBEF; --quiet: #9AA4B2; --line: #323943;
    --cla: #A9B4C4; --ins: #7FB0FA; --p: #6FC0B4; --lc: #CDB271; --data: #E8EBEF; --le: #D79AB8;
    --ok: #7CC894; --warning: #CDB271; --error: #F2968F; } }
body { margin: 24px auto; max-width: 1100px; padding: 0 16px; background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 20px; }
p { color: var(--quiet); }
article { border-top: 1px solid var(--line); padding: 10px 0; break-inside: avoid; }
header, footer { color: var(--quiet); font-size: 13px; }
header b { color: var(--text); font-size: 15px; }
div { display: flex; flex-wrap: wrap; gap: 2px 14px; align-items: flex-start; margin: 4px 0; }
div::before { content: attr(data-way); color: var(--quiet); width: 1em; }
span { max-width: 100%; overflow-wrap: anywhere; font-family: ui-monospace, monospace; }
span small { display: block; font: 11px/1.2 system-ui, sans-serif; color: inherit; }
.cla { color: var(--cla); } .ins { color: var(--ins); } .p { color: var(--p); } .lc { color: var(--lc); }
.data { color: var(--data); } .le { color: var(--le); }
.ok { color: var(--ok); } .warning { color: var(--warning); } .error { color: var(--error); }
@page { margin: 15mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 11pt; } }
</style>
</head>
<body>
<h1>CardScope transcript</h1>
"""


class HtmlWriter:
    """Writes an ``article`` an exchange, its bytes cut into segments with their names under them."""

    notes: tuple[str, ...] = ()

    def __init__(self, *, include_secrets: bool) -> None:
        self._include_secrets = include_secrets

    def begin(self) -> bytes:
        note = "" if self._include_secrets else f"<p>{MASK_MEANING}</p>\n"
        return (_HEAD + note).encode()

    def add(self, exchange: ExportedExchange) -> bytes:
        shown = exchange.shown(include_secrets=self._include_secrets)
        by = " · sent by the application" if exchange.origin is Origin.APPLICATION else ""
        by += " · to the reader itself" if exchange.to_reader else ""
        time = exchange.time
        lines = [
            "<article>",
            f'<header><b>{escape(label(shown))}</b> · <time datetime="{time.isoformat()}">'
            f"{time.isoformat(' ', 'milliseconds')}</time> · {escape(exchange.reader)}{by}</header>",
            '<div data-way="&gt;">',
        ]
        for each in segments(shown):
            tip = f' title="{escape(each.meaning)}"' if each.meaning else ""
            kind = _CLASSES.get(each.name, "data")
            lines.append(_bytes(kind, segment_hex(shown, each), each.name, tip))
        lines += ["</div>", '<div data-way="&lt;">', *self._answer(exchange), "</div>", "</article>\n"]
        return "\n".join(lines).encode()

    def _answer(self, exchange: ExportedExchange) -> list[str]:
        if exchange.response is None:
            return [f'<span class="error">{escape(exchange.error)}</span>']
        said = exchange.answer(include_secrets=self._include_secrets)
        took = f"{exchange.ms:.1f} ms"
        if said.status is None:
            return [_bytes("data", said.data, "Answer without a status word"), _bytes("cla", took, "Time")]
        status = said.status
        tip = f' title="{escape(f"{status.explanation} {status.source}".strip())}"'
        code = f"{status.code >> 8:02X} {status.code & 0xFF:02X}"
        data = [_bytes("data", said.data, "Data")] if said.data else []
        return [*data, _bytes(status.severity, code, f"SW1-SW2: {status.meaning}", tip), _bytes("cla", took, "Time")]

    def end(self) -> bytes:
        return b"</body>\n</html>\n"


def _bytes(kind: str, text: str, name: str, tip: str = "") -> str:
    return f'<span class="{kind}"{tip}>{escape(text)}<small>{escape(name)}</small></span>'
