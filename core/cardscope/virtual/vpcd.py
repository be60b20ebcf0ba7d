"""The link that makes a virtual card visible to every PC/SC program: vsmartcard's vpcd driver of a real pcscd.

The driver listens on a TCP port, and the card connects to it. Messages both ways are a 2-byte big-endian length and
that many bytes. A 1-byte message from the driver is control: 00 power off, 01 power on, 02 reset, 04 tell the ATR;
only 04 is answered. Anything else is a command, answered by its response.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import cast

from cardscope.errors import CardScopeError
from cardscope.virtual.card import VirtualCard

DEFAULT_PORT = 35963
"""The port of the driver's first slot as Debian configures it; the second slot has the next one."""

FIRST_MESSAGE_TIMEOUT = 5.0
"""Seconds. pcscd looks for a card several times a second, so a driver that serves us asks for the ATR soon."""
RETRY_DELAY = 0.05
"""Seconds before the first attempt to find a driver that went away; doubled up to ``RETRY_DELAY_MAX``."""
RETRY_DELAY_MAX = 1.0

# A mute card still has to say something, or the driver takes it for removed. Longer than any ATR can be (33 bytes),
# this counts as a card that is there and could not be powered, which is what PC/SC calls mute.
_MUTE = bytes(34)

# Not on every platform. A driver that sends the length on its own waits (Nagle's algorithm) for our ACK of it, which
# the kernel would delay by up to 40 ms. asyncio itself sets TCP_NODELAY, the other half of the cure.
_TCP_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


async def serve_vpcd(
    card: VirtualCard, host: str = "127.0.0.1", port: int = DEFAULT_PORT, *, connected: Callable[[], None]
) -> None:
    """Serves ``card`` to the vpcd driver at ``host:port`` until cancelled.

    ``connected`` is called whenever the driver has begun to use the card: the first time, and after each restart of
    pcscd, which this function waits for. Raises CardScopeError when nobody listens at ``host:port`` to begin with,
    or when the driver there does not speak to us because it has another card.
    """
    delay = None
    while True:
        link = _VpcdLink(card)
        try:
            async with asyncio.timeout(FIRST_MESSAGE_TIMEOUT):
                await _connect(link, host, port)
                await link.spoken
        except (OSError, TimeoutError) as error:
            if delay is None:
                raise _unreachable(error, host, port) from error
        else:
            delay = RETRY_DELAY
            connected()
            await link.closed
        finally:
            link.close()
            card.power_off()
        await asyncio.sleep(delay)
        delay = min(2 * delay, RETRY_DELAY_MAX)


async def _connect(link: "_VpcdLink", host: str, port: int) -> None:
    await asyncio.get_running_loop().create_connection(lambda: link, host, port)


def _unreachable(error: OSError | TimeoutError, host: str, port: int) -> CardScopeError:
    if isinstance(error, TimeoutError):
        return CardScopeError(
            f"The virtual reader driver at {host}:{port} does not ask for a card.",
            remedy="Another virtual card probably uses this port: end it, or take the port of another slot.",
        )
    return CardScopeError(
        f"No virtual reader driver listens at {host}:{port}.",
        remedy="Install vsmartcard-vpcd, start pcscd, and check the port in /etc/reader.conf.d/vpcd.",
    )


class _VpcdLink(asyncio.Protocol):
    """One connection to the driver."""

    def __init__(self, card: VirtualCard) -> None:
        loop = asyncio.get_running_loop()
        self.spoken: asyncio.Future[None] = loop.create_future()
        """Done when the driver has sent its first message; fails when the connection ends before."""
        self.closed: asyncio.Future[None] = loop.create_future()
        self._card = card
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None
        self._socket: socket.socket | None = None

    def close(self) -> None:
        """Ends the connection; harmless when there is none."""
        self.spoken.cancel()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._socket = transport.get_extra_info("socket")
        self._acknowledge_at_once()

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        while len(received) >= 2:
            end = 2 + int.from_bytes(received[:2], "big")
            if len(received) < end:
                break
            message = bytes(received[2:end])
            del received[:end]
            self._answer(message)
        self._acknowledge_at_once()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.spoken.done():
            self.spoken.set_exception(exc or ConnectionResetError())
        if not self.closed.done():
            self.closed.set_result(None)

    def _answer(self, message: bytes) -> None:
        if not self.spoken.done():
            self.spoken.set_result(None)
        match message:
            case b"\x00":
                self._card.power_off()
            case b"\x01" | b"\x02":
                self._card.power_on()
            case b"\x04":
                self._send(self._card.atr or _MUTE)
            case _:
                self._send(self._card.transmit(message))

    def _send(self, message: bytes) -> None:
        assert self._transport is not None
        self._transport.write(len(message).to_bytes(2, "big") + message)

    def _acknowledge_at_once(self) -> None:
        if _TCP_QUICKACK is not None and self._socket is not None:
            # The kernel forgets this setting by itself, so it is set anew after every receipt.
            self._socket.setsockopt(socket.IPPROTO_TCP, _TCP_QUICKACK, 1)
