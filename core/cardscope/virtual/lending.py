"""Lends the card in the app's own reader to the PC/SC service, so that every program on the machine sees it."""

from collections.abc import Callable

from cardscope.errors import NoCardError
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.reader import VirtualReader
from cardscope.virtual.vpcd import DEFAULT_PORT, serve_vpcd


async def lend(
    reader: VirtualReader, host: str = "127.0.0.1", port: int = DEFAULT_PORT, *, lent: Callable[[], None]
) -> None:
    """Moves the card of ``reader`` to the vpcd driver at ``host:port`` until cancelled, and back in the end.

    It is one and the same card, with its memory. It leaves ``reader`` when the driver asks for it and no sooner, so a
    driver that is not there disturbs nobody; ``lent`` is called right before it leaves. When the service restarts, the
    card waits for it. Should ``reader`` have got another card meanwhile, that one stays.

    Raises NoCardError when ``reader`` is empty, and CardScopeError as :func:`~cardscope.virtual.vpcd.serve_vpcd` does.
    """
    card = reader.card
    if card is None:
        raise NoCardError(f"There is no card in {reader.name}.", reader=reader.name, remedy="Insert a virtual card.")
    guest = _Guest(reader, card, lent)
    try:
        await serve_vpcd(guest, host, port, connected=lambda: None)
    finally:
        if guest.arrived and reader.card is None:
            reader.insert(card)


class _Guest:
    """``card`` as the driver has it: it comes out of ``reader`` with the driver's first word."""

    def __init__(self, reader: VirtualReader, card: VirtualCard, lent: Callable[[], None]) -> None:
        self.arrived = False
        self._reader = reader
        self._card = card
        self._lent = lent

    @property
    def atr(self) -> bytes:
        return self._here().atr

    def power_on(self) -> bytes:
        return self._here().power_on()

    def power_off(self) -> None:
        if self.arrived:
            self._card.power_off()

    def transmit(self, command: bytes) -> bytes:
        return self._here().transmit(command)

    def _here(self) -> VirtualCard:
        if not self.arrived:
            self.arrived = True
            self._lent()
            if self._reader.card is self._card:
                self._reader.remove()
        return self._card
