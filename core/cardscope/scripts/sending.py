"""Sends the commands of a script: with the user's approvals, with follow-ups, within bounds."""

import asyncio
from collections.abc import Collection, Iterable
from typing import Final

from cardscope.events import Origin
from cardscope.following import follow
from cardscope.guard import GuardRefusal, Knowledge
from cardscope.scripts.results import LineRefusal, Outcome, ScriptLimitError, ScriptRefused
from cardscope.scripts.script import KnownCommand
from cardscope.session import CardSession

MAX_EXCHANGES: Final = 20_000
"""How many commands a run sends at most, follow-ups included: a card may answer 61xx for ever."""
MAX_SECONDS: Final = 3600.0
"""How long the exchanges of a run may take altogether. A command under way is not cut short for it."""
_CHECKS_AT_ONCE: Final = 50
"""How many commands are checked before others on the event loop have their turn."""


class Sender:
    """``approvals`` are the digests that the user has agreed to. Nothing is followed up at first."""

    def __init__(self, approvals: Collection[str]) -> None:
        self._approvals = frozenset(approvals)
        self._followed: frozenset[int] = frozenset()
        self._exchanges = 0
        self._ms = 0.0

    def follow(self, first_bytes: frozenset[int], *, on: bool) -> None:
        """From now on follows up the status words whose SW1 is one of ``first_bytes``, or no longer."""
        self._followed = self._followed | first_bytes if on else self._followed - first_bytes

    async def refusals(self, session: CardSession, commands: Iterable[KnownCommand]) -> tuple[LineRefusal, ...]:
        """Those of ``commands`` that need an approval that was not given, each judged as what it is after those before
        it. Sends none of them."""
        refusals: list[LineRefusal] = []
        knowledge = session.known.copy()
        for index, known in enumerate(commands):
            if index % _CHECKS_AT_ONCE == 0:
                await asyncio.sleep(0)
            try:
                await self._approval(session, known.command, knowledge)
            except GuardRefusal as refusal:
                refusals.append(LineRefusal(known.line, known.command, known.times, refusal))
            knowledge.note(known.command, b"")
        return tuple(refusals)

    async def exchange(self, session: CardSession, command: bytes, outcome: Outcome) -> bytes:
        """The answer to ``command``, that of its follow-ups joined to it. ``outcome`` learns how long it took and what
        the follow-ups were. Raises ScriptRefused, ScriptLimitError, and ReaderError as the session does."""
        response = await self._send(session, command, Origin.USER, outcome)

        async def send(following: bytes) -> bytes:
            return await self._send(session, following, Origin.APPLICATION, outcome)

        return await follow(command, response, send, first_bytes=self._followed, limit=MAX_EXCHANGES)

    async def _send(self, session: CardSession, command: bytes, origin: Origin, outcome: Outcome) -> bytes:
        if self._exchanges >= MAX_EXCHANGES:
            raise ScriptLimitError(f"The script was ended after {MAX_EXCHANGES:,} commands.")
        if self._ms > MAX_SECONDS * 1000:
            raise ScriptLimitError(f"The script was ended: its commands took more than {MAX_SECONDS:,.0f} s.")
        self._exchanges += 1
        try:
            exchanged = await session.send(command, origin=origin, approval=await self._approval(session, command))
        except GuardRefusal as refusal:
            raise ScriptRefused((LineRefusal(outcome.line, command, 1, refusal),), begun=True) from refusal
        self._ms += exchanged.ms
        outcome.ms += exchanged.ms
        if origin is Origin.APPLICATION:
            outcome.follow_ups.append(exchanged)
        return exchanged.response or b""

    async def _approval(self, session: CardSession, command: bytes, knowledge: Knowledge | None = None) -> str | None:
        """The digest among those given that lets ``command`` pass; ``None`` when it needs none. Raises GuardRefusal
        when it needs one that is not given."""
        try:
            await session.check(command, known=knowledge)
        except GuardRefusal as refusal:
            if refusal.digest in self._approvals:
                return refusal.digest
            raise
        return None
