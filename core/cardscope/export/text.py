"""Transcripts as plain text."""

from cardscope.events import Origin
from cardscope.export.exchange import MASK_MEANING, ExportedExchange, label


class TextWriter:
    """Four lines an exchange: time, reader and what it is for; the command; the answer; an empty one."""

    notes: tuple[str, ...] = ()

    def __init__(self, *, include_secrets: bool) -> None:
        self._include_secrets = include_secrets

    def begin(self) -> bytes:
        title = "CardScope transcript"
        return f"{title}\n{'' if self._include_secrets else MASK_MEANING + chr(10)}\n".encode()

    def add(self, exchange: ExportedExchange) -> bytes:
        shown = exchange.shown(include_secrets=self._include_secrets)
        by = ", sent by the application" if exchange.origin is Origin.APPLICATION else ""
        by += ", to the reader itself" if exchange.to_reader else ""
        head = f"{exchange.time.isoformat(' ', 'milliseconds')}  {exchange.reader}  {label(shown)}{by}"
        lines = [head, f"> {shown.text}"]
        if exchange.response is None:
            lines.append(f"< {exchange.error}")
        else:
            said = exchange.answer(include_secrets=self._include_secrets)
            status = f"{said.status.code:04X} {said.status.meaning}" if said.status else "no status word"
            lines.append(" ".join(part for part in ("<", said.data, f"[{status}] {exchange.ms:.1f} ms") if part))
        return ("\n".join(lines) + "\n\n").encode()

    def end(self) -> bytes:
        return b""
