"""What sub-commands have in common: the service they run in, and how they end."""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from cardscope.errors import ReaderNotFoundError, ServiceStoppedError, UsageError
from cardscope.events import ServiceState
from cardscope.readers.pcsc_source import PcscSource
from cardscope.readers.protocol import ReaderSource
from cardscope.service import CardService
from cardscope.session import CardSession

SERVICE_TIMEOUT: Final = 5.0
"""How long (s) a command waits for a PC/SC service that neither answers nor refuses."""


def print_json(value: object) -> None:
    """Prints one line of JSON, at once."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def require_service(service: CardService, options: argparse.Namespace) -> None:
    """Raises ServiceStoppedError when the PC/SC service does not run, unless a virtual card makes up for it."""
    if service.service_state is not ServiceState.RUNNING and options.virtual is None:
        raise ServiceStoppedError(
            service.service_detail or "The PC/SC service does not answer.",
            remedy='"cardscope doctor" says how to start it.',
        )


def chosen_session(service: CardService, options: argparse.Namespace) -> CardSession:
    """The session on the reader that ``--reader`` names. Without it, the first card; on standard error it is told then
    that there are others. Raises as :meth:`CardService.find_session` does."""
    require_service(service, options)
    session = service.find_session(options.reader)
    if options.reader is None:
        others = [f"“{reader.name}”" for reader in service.readers if _has_another_card(service, reader.name, session)]
        if others:
            print(
                f"This is the card in “{session.reader}”; one is in {' and '.join(others)} too: --reader chooses.",
                file=sys.stderr,
            )
    return session


def chosen_reader(service: CardService, options: argparse.Namespace) -> str:
    """The name of the reader that ``--reader`` names, with or without a card on it. Without it, the only one, or the
    virtual one where a virtual card is asked for. Raises as :meth:`CardService.find_reader` does."""
    require_service(service, options)
    names = [reader.name for reader in service.readers]
    if options.reader is not None:
        return service.find_reader(options.reader).name
    if not names:
        raise ReaderNotFoundError("There is no reader.", existing=(), remedy="Plug a reader in.")
    if len(names) > 1 and options.virtual is None:
        listed = "".join(f"\n  {name}" for name in names)
        raise UsageError(f"There is more than one reader:{listed}", remedy="Choose one with --reader.")
    return names[0]


def _has_another_card(service: CardService, reader: str, session: CardSession) -> bool:
    return service.session(reader) not in (None, session)


def with_service(
    options: argparse.Namespace,
    run: Callable[[CardService], Awaitable[None]],
    *,
    settle: bool = True,
    endless: bool = False,
) -> int:
    """Runs ``run`` with a service, once that is settled (``settle``); returns the exit code, see
    :func:`run_until_interrupted`."""
    sources: list[ReaderSource] = [PcscSource()]
    if options.virtual is not None:
        sources.insert(0, _virtual_source(options.virtual, options.reader_model))

    async def body() -> None:
        async with CardService(sources, read_uids=False) as service:
            if settle:
                with suppress(TimeoutError):
                    async with asyncio.timeout(SERVICE_TIMEOUT):
                        await service.settled()
            await run(service)

    return run_until_interrupted(body, endless=endless)


def _virtual_source(name: str, model: str | None) -> ReaderSource:
    from cardscope.virtual.reader import VirtualReader, VirtualSource  # noqa: PLC0415
    from cardscope.virtual.reader_models import reader_model  # noqa: PLC0415
    from cardscope.virtual.ready_cards import practice_card  # noqa: PLC0415

    reader = VirtualReader()
    if model is not None:
        electronics = reader_model(model).without_card()
        reader.electronics = lambda: electronics
    reader.insert(practice_card(name).make(reader_model(model) if model is not None else None))
    return VirtualSource(reader)


def run_until_interrupted(body: Callable[[], Awaitable[None]], *, endless: bool = False) -> int:
    """Runs ``body``, and returns 0 when it has ended; 128 and the signal's number, as shells say it, when it was
    interrupted or told to terminate. To be interrupted is the normal end of an ``endless`` one."""
    received: list[int] = []

    async def interruptible() -> None:
        task = asyncio.ensure_future(body())
        loop = asyncio.get_running_loop()

        def stop(number: int) -> None:
            received.append(number)
            task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # Windows: KeyboardInterrupt does it there
                loop.add_signal_handler(number, stop, number)
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(interruptible())
    return 128 + received[0] if received and not endless else 0
