"""The link that makes a virtual card visible to every PC/SC program: vsmartcard's vpcd driver of a real pcscd.

The driver listens on a TCP port, and the card connects to it. Messages both ways are a 2-byte big-endian length and
that many bytes. A 1-byte message from the driver is control: 00 power off, 01 power on, 02 reset, 04 tell the ATR;
only 04 is answered. Anything else is a command, answered by its response.
"""

import asyncio
import ipaddress
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
SWAP_ABSENCE = 1.0
"""Seconds that the place of a card stays empty when another is put there: a driver that finds the new one the next time
it looks has missed the swap. pcscd looks every 0.4 s (pcsc-lite, PCSCLITE_STATUS_POLL_RATE)."""

# A mute card still has to say something, or the driver takes it for removed. Longer than any ATR can be (33 bytes),
# this counts as a card that is there and could not be powered, which is what PC/SC calls mute.
_MUTE = bytes(34)

_CONTROL = frozenset((0x00, 0x01, 0x02, 0x04))

# Not on every platform. A driver that sends the length on its own waits (Nagle's algorithm) for our ACK of it, which
# the kernel would delay by up to 40 ms. asyncio itself sets TCP_NODELAY, the other half of the cure.
_TCP_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class VpcdStage:
    """What a fault plan does to a card on the driver (a :class:`~cardscope.virtual.faults.Stage`).

    The link ends at once, in the middle of the command under way: its answer does not go out any more. How the reader
    is unplugged and how the service is ended is up to who runs them, since the link knows neither.
    """

    def __init__(self, *, unplug: Callable[[], None], kill_service: Callable[[], None]) -> None:
        self.unplug = unplug
        self.kill_service = kill_service
        self._present = asyncio.Event()
        self._present.set()
        self._link: _VpcdLink | None = None

    def remove(self) -> None:
        """Takes the card off the driver until :meth:`put_back`."""
        self._present.clear()
        if self._link is not None:
            self._link.hang_up()

    def swap(self) -> None:
        """Takes the card off the driver and puts it back, whatever it is then, after :data:`SWAP_ABSENCE`."""
        self.remove()
        asyncio.get_running_loop().call_later(SWAP_ABSENCE, self.put_back)

    def put_back(self) -> None:
        """Lets the driver find the card again."""
        self._present.set()

    async def enter(self, link: "_VpcdLink") -> None:
        """Waits until the card is there, and makes ``link`` the one that :meth:`remove` ends."""
        await self._present.wait()
        self._link = link


async def serve_vpcd(
    card: VirtualCard,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    *,
    connected: Callable[[], None],
    stage: VpcdStage | None = None,
) -> None:
    """Serves ``card`` to the vpcd driver at ``host:port`` until cancelled, while ``stage`` does not take it away.

    ``connected`` is called whenever the driver has begun to use the card: the first time, and after each restart of
    pcscd, which this function waits for. Raises CardScopeError, naming ``host:port``, when to begin with nobody
    listens there, another program does, or the driver does not speak to us because it has another card.
    """
    delay = None
    while True:
        link = _VpcdLink(card)
        try:
            if stage is not None:
                await stage.enter(link)
            async with asyncio.timeout(FIRST_MESSAGE_TIMEOUT):
                await _connect(link, host, port)
                await link.spoken
        except (OSError, TimeoutError, _NoDriverError) as error:
            if delay is None:
                raise _unreachable(error, link, host, port) from error
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


class _NoDriverError(Exception):
    """What came first over the connection is not what a vpcd driver begins with."""


def _unreachable(error: Exception, link: "_VpcdLink", host: str, port: int) -> CardScopeError:
    place = f"{host}:{port}"
    here = _is_this_machine(host)
    where = "" if here else f" on {host}"
    listeners = f"“ss -ltnp”{where} names the program that listens there"
    other_program = f"Take the port that the driver's configuration names. {listeners}."
    if isinstance(error, socket.gaierror):
        return CardScopeError(f"There is no host with the name {host}.", remedy="Check the host before the colon.")
    if isinstance(error, _NoDriverError):
        return CardScopeError(f"The program at {place} is no virtual reader driver.", remedy=other_program)
    if isinstance(error, TimeoutError) and link.connected:
        return CardScopeError(
            f"The virtual reader driver at {place} does not ask for a card.",
            remedy="Another virtual card probably has this slot: end it, or take the port of the other slot (usually "
            f"{DEFAULT_PORT} and {DEFAULT_PORT + 1}). Or it is no driver at all: {listeners}.",
        )
    if link.connected:
        return CardScopeError(f"The program at {place} hangs up: it is no virtual reader driver.", remedy=other_program)
    if isinstance(error, TimeoutError):
        return CardScopeError(f"{place} does not answer.", remedy="Check host and port, and the firewall between.")
    configuration = "the port in /etc/reader.conf.d/vpcd" if here else "host and port, and the firewall between"
    return CardScopeError(
        f"No virtual reader driver listens at {place}.",
        remedy=f"It listens only while pcscd runs: “cardscope doctor”{where} tells whether it does. If so, see whether "
        f"vsmartcard-vpcd is installed{where}, and check {configuration}. “ss -ltnp”{where} lists who listens where.",
    )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _may_be_driver(received: bytes | bytearray) -> bool:
    """Whether a driver may begin with this: a control message, before any command."""
    return received[:2] == bytes((0, 1))[: len(received)] and (len(received) < 3 or received[2] in _CONTROL)


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

    @property
    def connected(self) -> bool:
        """Whether there is or was a connection."""
        return self._transport is not None

    @property
    def _ended(self) -> bool:
        """Whether the card has hung up: what the driver sent before it noticed reaches nobody any more."""
        return self._transport is None or self._transport.is_closing()

    def close(self) -> None:
        """Ends the connection, and the wait for its first message; harmless when there is none."""
        self.spoken.cancel()
        self.hang_up()

    def hang_up(self) -> None:
        """Ends the connection without another byte; harmless when there is none."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._socket = transport.get_extra_info("socket")
        self._acknowledge_at_once()

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        if not self.spoken.done() and not _may_be_driver(received):
            self.spoken.set_exception(_NoDriverError())
            self.close()
            return
        while len(received) >= 2 and not self._ended:
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
        if not self._ended:
            self._transport.write(len(message).to_bytes(2, "big") + message)

    def _acknowledge_at_once(self) -> None:
        if _TCP_QUICKACK is not None and self._socket is not None and not self._ended:
            # The kernel forgets this setting by itself, so it is set anew after every receipt.
            self._socket.setsockopt(socket.IPPROTO_TCP, _TCP_QUICKACK, 1)
