"""Carries a script out, step by step."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress

from cardscope.decode.hex import format_hex
from cardscope.decode.response import split_answer
from cardscope.decode.status_words import status_word
from cardscope.errors import CardError, CardScopeError, NoCardError, ReaderError
from cardscope.events import Event
from cardscope.scripts.results import (
    Ended,
    Outcome,
    Progress,
    ScriptRefused,
    StepKind,
    StepResult,
    Summary,
    Verdict,
    Waiting,
)
from cardscope.scripts.script import (
    DATA,
    STATUS,
    Action,
    AwaitCard,
    Command,
    Constant,
    Count,
    Exit,
    Expectation,
    Follow,
    Pause,
    Reset,
    Script,
    Turn,
    resolve_command,
    unrolled,
)
from cardscope.scripts.sending import Sender
from cardscope.scripts.text import ScriptError
from cardscope.service import CardService
from cardscope.session import CardSession


class _StoppedError(Exception):
    """The user wants no more."""


class ScriptRun:
    """One run of a script on one reader: with :meth:`run` to its end, or with :meth:`step` one by one, in any mixture.

    Nothing is sent before the guard has let every command pass whose bytes are known by then; what the card answers
    makes known is checked when it is. At the end, however it comes, the card is released.
    """

    def __init__(
        self,
        service: CardService,
        script: Script,
        *,
        reader: str | None = None,
        approvals: Collection[str] = (),
        listener: Callable[[Progress], None] = lambda _progress: None,
    ) -> None:
        """``reader`` is the exact name; ``None`` means the first one that holds a card. ``approvals`` are the digests
        that the user has agreed to. ``listener`` gets each step when it is done, and what is waited for."""
        self._service = service
        self._script = script
        self._reader = reader
        self._sender = Sender(approvals)
        self._listener = listener
        self._session: CardSession | None = None
        self._turns: Iterator[Turn] = unrolled(script.statements)
        self._ahead: Action | None = None
        self._begun = False
        self._busy = False
        self._stopping = False
        self._may_go_on = False
        self._wake = asyncio.Event()
        self._values: dict[str, bytes | None] = {}
        self._error: CardScopeError | None = None
        self.ended: Ended | None = None
        """How the run ended; ``None`` before."""
        self.results: list[StepResult] = []
        """The steps that are done."""

    @property
    def next_line(self) -> int | None:
        """The line of the script whose turn it is; ``None`` before the first step, and at the end."""
        return self._ahead.line.number if self._ahead is not None and self.ended is None else None

    @property
    def summary(self) -> Summary:
        """How it went so far."""
        verdicts = [result.verdict for result in self.results]
        return Summary(
            ended=self.ended or Ended.STOPPED,
            steps=len(verdicts),
            passed=verdicts.count(Verdict.PASSED),
            failed=verdicts.count(Verdict.FAILED),
            done=verdicts.count(Verdict.DONE),
            ms=sum(result.ms for result in self.results),
            error=self._error,
        )

    def go_on(self) -> None:
        """The user has seen the pause. Without effect while there is none."""
        self._may_go_on = True
        self._wake.set()

    def stop(self) -> None:
        """Ends the run before its next command; one that is under way is finished, and what is waited for given up."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> Summary:
        """Carries out all that is left. Raises nothing: what went wrong is in the summary."""
        while await self.step() is not None and self.ended is None:
            pass
        return self.summary

    async def step(self) -> StepResult | None:
        """Carries out the next step; ``None`` when there is none, or when the script was refused or stopped before it.
        Raises RuntimeError while another call is under way."""
        if self._busy:
            raise RuntimeError("the script is running")
        if self.ended is not None:
            return None
        self._busy = True
        try:
            return await self._step()
        except _StoppedError:
            await self._end(Ended.STOPPED)
            return None
        except ScriptRefused as refusal:
            await self._end(Ended.REFUSED, refusal)
            return None
        except ReaderError as error:
            await self._end(Ended.ERROR, error)
            return None
        except BaseException:
            await self._end(Ended.STOPPED)
            raise
        finally:
            self._busy = False

    async def _end(self, ended: Ended, error: CardScopeError | None = None) -> None:
        self.ended = ended
        self._error = error
        session, self._session = self._session, None
        if session is not None:
            await session.release()

    # One step

    async def _step(self) -> StepResult | None:
        if self._stopping:
            raise _StoppedError
        if not self._begun:
            self._begun = True
            if not self._script.begins_without_card:
                await self._admit(self._there())
            failure = self._look_ahead()
            if failure is not None:
                return await self._told(failure, Verdict.ERROR, Ended.ERROR)
        action = self._ahead
        if action is None:
            await self._end(Ended.COMPLETED)
            return None
        return await self._carried_out(action)

    async def _carried_out(self, action: Action) -> StepResult:
        outcome = Outcome(action.line.number, _kind(action))
        start = time.perf_counter()
        try:
            await self._do(action, outcome)
        except ScriptRefused as refused:
            if not refused.begun:
                raise
            self._error = refused
            outcome.problems += [each.refusal.verdict.summary for each in refused.refusals]
            return await self._told(outcome, Verdict.ERROR, Ended.REFUSED)
        except CardScopeError as error:
            self._error = error
            outcome.problems.append(str(error))
            return await self._told(outcome, Verdict.ERROR, Ended.ERROR)
        if outcome.kind is not StepKind.COMMAND:
            outcome.ms = (time.perf_counter() - start) * 1000
        if outcome.required_failed:
            return await self._told(outcome, outcome.verdict, Ended.FAILED)
        failure = self._look_ahead()
        if failure is not None:
            await self._told(outcome, outcome.verdict, None)
            return await self._told(failure, Verdict.ERROR, Ended.ERROR)
        return await self._told(outcome, outcome.verdict, Ended.COMPLETED if self._ahead is None else None)

    async def _told(self, outcome: Outcome, verdict: Verdict, ended: Ended | None) -> StepResult:
        result = outcome.result(len(self.results) + 1, verdict)
        self.results.append(result)
        if ended is not None:
            await self._end(ended, self._error)
        self._listener(result)
        return result

    def _look_ahead(self) -> Outcome | None:
        """Carries out what needs no card, as far as the next step; what there is to tell if that fails."""
        self._ahead = None
        for turn in self._turns:
            match turn:
                case Count(_, name, value):
                    self._values[name] = value
                case Constant(line, name, template):
                    try:
                        self._values[name] = template.resolve(self._values)
                    except ScriptError as error:
                        self._error = error
                        return Outcome(line.number, StepKind.VALUE, problems=[str(error)])
                case Follow(_, first_bytes, on):
                    self._sender.follow(first_bytes, on=on)
                case Exit():
                    return None
                case _:
                    self._ahead = turn
                    return None
        return None

    async def _do(self, action: Action, outcome: Outcome) -> None:
        match action:
            case Command():
                await self._exchange(action, outcome)
            case Reset():
                outcome.response = await self._current().reset()
            case Pause(line, text):
                outcome.text = text
                self._may_go_on = False
                self._listener(Waiting(line.number, StepKind.PAUSE, text))
                await self._until(lambda: self._may_go_on)
            case AwaitCard(removal=True):
                await self._await_removal(action)
            case AwaitCard():
                await self._await_card(action)

    # Commands

    async def _exchange(self, step: Command, outcome: Outcome) -> None:
        command = resolve_command(step, self._values)
        assert command is not None, "what a script uses has been given its bytes above"
        outcome.command = command
        outcome.response = await self._sender.exchange(self._current(), command, outcome)
        data, sw = split_answer(command, outcome.response)
        self._values[DATA] = data
        self._values[STATUS] = sw.to_bytes(2) if sw is not None else b""
        if step.capture is not None:
            self._values[step.capture] = data
        for expectation in step.expectations:
            self._compare(expectation, data, sw, outcome)

    def _compare(self, expectation: Expectation, data: bytes, sw: int | None, outcome: Outcome) -> None:
        outcome.expected = True
        if expectation.of_status:
            answer = sw.to_bytes(2) if sw is not None else b""
            came = f"{format_hex(answer, ' ')} ({status_word(sw, outcome.command).meaning})" if sw is not None else ""
        else:
            answer, came = data, format_hex(data, " ")
        if not expectation.pattern.fits(answer, self._values):
            what = "the status word" if expectation.of_status else "data"
            wanted = expectation.pattern.text(self._values)
            outcome.problems.append(f"Expected {what} {wanted}, got {came or 'nothing'}.")
            outcome.required_failed = outcome.required_failed or expectation.required

    # Cards

    def _there(self) -> CardSession:
        """The session of the card that is there. Raises NoCardError or ReaderNotFoundError."""
        return self._service.find_session(self._reader)

    def _current(self) -> CardSession:
        if self._session is None:
            raise NoCardError("No card has been waited for.", reader=self._reader, remedy="Begin with “wait for card”.")
        return self._session

    async def _admit(self, session: CardSession) -> None:
        """Makes ``session`` the one that the script talks to. The first has to be one that every command that is known
        may be sent to; raises ScriptRefused otherwise."""
        first = self._session is None
        self._session = session
        self._reader = session.reader
        if not first:
            return
        refusals = await self._sender.refusals(session, self._script.known)
        if refusals:
            raise ScriptRefused(refusals, begun=False)

    async def _await_card(self, wait: AwaitCard) -> None:
        try:
            session = self._there()
        except NoCardError:
            session = await self._coming_card(wait)
        await self._admit(session)

    async def _coming_card(self, wait: AwaitCard) -> CardSession:
        self._listener(Waiting(wait.line.number, StepKind.CARD, seconds=wait.seconds))
        with suppress(TimeoutError):  # a card whose identification takes so long is there all the same
            async with asyncio.timeout(wait.seconds):
                await self._until(self._introduced)
        try:
            return self._there()
        except NoCardError as error:
            place = f" on “{self._reader}”" if self._reader is not None else ""
            raise NoCardError(f"No card came{place} within {wait.seconds} s.", reader=self._reader) from error

    def _introduced(self) -> bool:
        """Whether a card is there that CardScope itself has done with: it identifies cards as they come."""
        try:
            session = self._there()
        except NoCardError:
            return False
        if self._service.identifying is None:
            return True
        known = self._service.identification(session.reader)
        return known is not None and (known.complete or bool(known.interrupted))

    async def _await_removal(self, wait: AwaitCard) -> None:
        session = self._current()
        if session.ended:
            return
        self._listener(Waiting(wait.line.number, StepKind.REMOVAL, seconds=wait.seconds))
        try:
            async with asyncio.timeout(wait.seconds):
                await self._until(lambda: session.ended)
        except TimeoutError as error:
            text = f"The card was not taken from “{session.reader}” within {wait.seconds} s."
            raise CardError(text, reader=session.reader) from error

    async def _until(self, fulfilled: Callable[[], bool]) -> None:
        """Waits for ``fulfilled``, looking again whenever the service or the user has done something."""

        def wake(_event: Event) -> None:
            self._wake.set()

        unsubscribe = self._service.subscribe(wake)
        try:
            while not fulfilled():
                if self._stopping:
                    raise _StoppedError
                self._wake.clear()
                await self._wake.wait()
        finally:
            unsubscribe()


def _kind(action: Action) -> StepKind:
    match action:
        case Command():
            return StepKind.COMMAND
        case Reset():
            return StepKind.RESET
        case Pause():
            return StepKind.PAUSE
        case AwaitCard(removal=removal):
            return StepKind.REMOVAL if removal else StepKind.CARD
