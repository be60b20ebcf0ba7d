"""The commands that were sent in this run, for recall."""


class CommandHistory:
    """Texts as they were sent, oldest first, with a cursor that walks through them and back to the draft."""

    def __init__(self, limit: int = 1000) -> None:
        """``limit`` is how many are kept; the oldest go first."""
        self._texts: list[str] = []
        self._limit = limit
        self._cursor = 0
        self._draft = ""

    def add(self, text: str) -> None:
        """Adds a sent text, unless it is the newest already, and puts the cursor behind it."""
        if not self._texts or self._texts[-1] != text:
            self._texts.append(text)
            del self._texts[: -self._limit]
        self._cursor = len(self._texts)
        self._draft = ""

    def older(self, shown: str) -> str:
        """The text before the one shown; ``shown`` is kept as the draft when the walk starts."""
        if self._cursor == len(self._texts):
            self._draft = shown
            # Once sent, a command stays in the composer: the first step back must not show it again.
            if self._texts and self._texts[-1] == shown and self._cursor > 1:
                self._cursor -= 1
        self._cursor = max(0, self._cursor - 1)
        return self._texts[self._cursor] if self._texts else shown

    def newer(self, shown: str) -> str:
        """The text after the one shown; behind the newest comes the draft."""
        if self._cursor >= len(self._texts):
            return shown
        self._cursor += 1
        return self._draft if self._cursor == len(self._texts) else self._texts[self._cursor]

    def recent(self, count: int) -> list[str]:
        """The ``count`` last different texts, newest first."""
        return list(dict.fromkeys(reversed(self._texts)))[:count]
