"""The link to the vpcd driver, with the driver's side of the protocol played over a real socket."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from cardscope.errors import CardScopeError
from cardscope.virtual import vpcd
from cardscope.virtual.card import VirtualCard
from cardscope.virtual.ready_cards import ready_card
from cardscope.virtual.vpcd import VpcdStage, serve_vpcd

ATR = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")
OFF, ON, RESET, GET_ATR = (bytes((code,)) for code in (0, 1, 2, 4))
UID = bytes.fromhex("04216216C01680")


class RecordingCard:
    """Answers each command with itself and 9000, and keeps a log of what happened to it."""

    def __init__(self, atr: bytes = ATR) -> None:
        self.atr = atr
        self.log: list[str] = []

    def power_on(self) -> bytes:
        self.log.append("on")
        return self.atr

    def power_off(self) -> None:
        self.log.append("off")

    def transmit(self, command: bytes) -> bytes:
        self.log.append(command.hex())
        return command + b"\x90\x00"


class Driver:
    """The driver's side: listens on a port of its own and has one card at a time."""

    def __init__(self) -> None:
        self.port = 0
        self._links: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        self._server: asyncio.Server | None = None
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def listen(self) -> None:
        async def arrive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._links.put((reader, writer))

        self._server = await asyncio.start_server(arrive, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    @property
    def had_no_card(self) -> bool:
        return self._links.empty()

    async def accept(self) -> None:
        self._reader, self._writer = await self._links.get()

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    def send(self, message: bytes) -> None:
        self.write(len(message).to_bytes(2, "big") + message)

    async def receive(self) -> bytes:
        return await self._reader.readexactly(int.from_bytes(await self._reader.readexactly(2), "big"))

    async def ask(self, message: bytes) -> bytes:
        self.send(message)
        return await self.receive()

    async def hang_up(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        while not self._links.empty():
            (await self._links.get())[1].close()


@asynccontextmanager
async def driver() -> AsyncIterator[Driver]:
    it = Driver()
    await it.listen()
    try:
        yield it
    finally:
        await it.stop()


@asynccontextmanager
async def served(
    card: VirtualCard, port: int, connected: Callable[[], None] = lambda: None, stage: VpcdStage | None = None
) -> AsyncIterator[None]:
    task = asyncio.ensure_future(serve_vpcd(card, port=port, connected=connected, stage=stage))
    try:
        async with asyncio.timeout(20):
            yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_ready_card_over_the_link() -> None:
    async with driver() as it, served(ready_card("ntag216").make(), it.port):
        await it.accept()
        assert await it.ask(GET_ATR) == ATR
        it.send(ON)
        assert await it.ask(bytes.fromhex("FFCA000000")) == UID + b"\x90\x00"
        await it.hang_up()


async def test_control_messages_other_than_get_atr_are_not_answered() -> None:
    card = RecordingCard()
    async with driver() as it, served(card, it.port):
        await it.accept()
        for control in (ON, RESET, OFF, ON):
            it.send(control)
        assert await it.ask(b"\x00\xa4") == b"\x00\xa4\x90\x00"
        assert card.log == ["on", "on", "off", "on", "00a4"]
        await it.hang_up()


async def test_messages_may_be_split_and_joined_anywhere() -> None:
    async with driver() as it, served(RecordingCard(), it.port):
        await it.accept()
        for byte in bytes.fromhex("0001 04 0005 00B0000010"):
            it.write(bytes((byte,)))
            await asyncio.sleep(0.001)  # lets each byte travel alone
        assert await it.receive() == ATR
        assert await it.receive() == bytes.fromhex("00B00000109000")
        it.write(bytes.fromhex("0001 04 0004 00000000 0001 01 0004 11111111 00"))
        it.write(bytes.fromhex("02 2222"))
        assert [await it.receive() for _ in range(4)] == [
            ATR,
            bytes.fromhex("000000009000"),
            bytes.fromhex("111111119000"),
            bytes.fromhex("22229000"),
        ]
        await it.hang_up()


async def test_the_longest_command() -> None:
    command = bytes(65533)
    async with driver() as it, served(RecordingCard(), it.port):
        await it.accept()
        it.send(ON)
        assert await it.ask(command) == command + b"\x90\x00"
        await it.hang_up()


async def test_a_mute_card_gives_the_driver_something_that_is_no_atr() -> None:
    async with driver() as it, served(RecordingCard(atr=b""), it.port):
        await it.accept()
        assert len(await it.ask(GET_ATR)) > 33
        await it.hang_up()


async def test_connected_is_called_when_the_driver_speaks_and_after_each_return() -> None:
    calls: asyncio.Queue[None] = asyncio.Queue()
    card = RecordingCard()
    async with driver() as it, served(card, it.port, lambda: calls.put_nowait(None)):
        await it.accept()
        assert calls.empty()
        await it.ask(GET_ATR)
        await calls.get()
        await it.hang_up()
        await it.stop()
        await it.listen()
        await it.accept()
        assert card.log[-1] == "off"
        assert await it.ask(GET_ATR) == ATR
        await calls.get()
        await it.hang_up()


async def test_ending_the_service_takes_the_card_off_the_reader() -> None:
    card = RecordingCard()
    async with driver() as it:
        async with served(card, it.port):
            await it.accept()
            await it.ask(GET_ATR)
        with pytest.raises(asyncio.IncompleteReadError):
            await it.receive()
        await it.hang_up()
    assert card.log[-1] == "off"


class LeavingCard(RecordingCard):
    """Is taken away in the middle of every command."""

    def __init__(self, leave: Callable[[], None]) -> None:
        super().__init__()
        self._leave = leave

    def transmit(self, command: bytes) -> bytes:
        self._leave()
        return super().transmit(command)


def stage_of_the_link() -> VpcdStage:
    return VpcdStage(unplug=lambda: None, kill_service=lambda: None)


async def test_the_answer_of_a_card_that_is_taken_away_does_not_go_out() -> None:
    stage = stage_of_the_link()
    card = LeavingCard(stage.remove)
    async with driver() as it, served(card, it.port, stage=stage):
        await it.accept()
        assert await it.ask(GET_ATR) == ATR
        it.write(bytes.fromhex("0002 00A4 0002 00B0"))
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await it.receive()
        await it.hang_up()
        assert card.log == ["00a4", "off"], "the second command came too late"
        stage.put_back()
        await it.accept()
        assert await it.ask(GET_ATR) == ATR
        await it.hang_up()


async def test_a_swapped_card_comes_back_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vpcd, "SWAP_ABSENCE", 0.1)
    stage = stage_of_the_link()
    async with driver() as it, served(LeavingCard(stage.swap), it.port, stage=stage):
        await it.accept()
        await it.ask(GET_ATR)
        it.send(b"\x00\xa4")
        await it.hang_up()
        await it.accept()
        assert await it.ask(GET_ATR) == ATR
        await it.hang_up()


async def test_the_service_of_a_card_that_is_away_can_be_ended() -> None:
    stage = stage_of_the_link()
    stage.remove()
    async with driver() as it:
        async with served(RecordingCard(), it.port, stage=stage):
            await asyncio.sleep(0)
        assert it.had_no_card


async def test_nobody_listens() -> None:
    async with driver() as it:
        port = it.port
    with pytest.raises(CardScopeError, match=rf"127\.0\.0\.1:{port}") as caught:
        await serve_vpcd(RecordingCard(), port=port, connected=lambda: None)
    remedy = caught.value.remedy
    places = [
        remedy.index(word) for word in ("pcscd", "cardscope doctor", "vsmartcard-vpcd", "reader.conf.d", "ss -ltnp")
    ]
    assert places == sorted(places), "the likeliest cause first"


async def test_nobody_listens_on_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(vpcd, "_connect", refuse)
    with pytest.raises(CardScopeError, match=r"192\.0\.2\.7:35963") as caught:
        await serve_vpcd(RecordingCard(), "192.0.2.7", connected=lambda: None)
    assert "reader.conf.d" not in caught.value.remedy, "the other machine's files are not here"
    assert "“cardscope doctor” on 192.0.2.7" in caught.value.remedy
    assert "“ss -ltnp” on 192.0.2.7" in caught.value.remedy


async def test_a_driver_that_has_another_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vpcd, "FIRST_MESSAGE_TIMEOUT", 0.05)
    async with driver() as it:
        with pytest.raises(CardScopeError, match=rf"127\.0\.0\.1:{it.port} does not ask for a card") as caught:
            await serve_vpcd(RecordingCard(), port=it.port, connected=lambda: None)
        remedy = caught.value.remedy
        assert 0 == remedy.index("Another virtual card") < remedy.index("ss -ltnp")


async def test_a_driver_that_hangs_up_at_once() -> None:
    async with driver() as it:

        async def refuse() -> None:
            await it.accept()
            await it.hang_up()

        refusing = asyncio.ensure_future(refuse())
        with pytest.raises(CardScopeError, match=rf"127\.0\.0\.1:{it.port} hangs up"):
            await serve_vpcd(RecordingCard(), port=it.port, connected=lambda: None)
        await refusing


@pytest.mark.parametrize("greeting", [b"SSH-2.0-OpenSSH_9.2\r\n", b"220 mail ready\r\n", b"\x00\x01\x03", b"\x00\x00"])
async def test_another_program_that_speaks_first(greeting: bytes) -> None:
    card = RecordingCard()
    async with driver() as it:

        async def greet() -> None:
            await it.accept()
            it.write(greeting)

        greeting_it = asyncio.ensure_future(greet())
        with pytest.raises(CardScopeError, match=rf"127\.0\.0\.1:{it.port} is no virtual reader driver") as caught:
            await serve_vpcd(card, port=it.port, connected=lambda: None)
        await greeting_it
        assert caught.value.remedy
        await it.hang_up()
    assert card.log == ["off"], "nothing that such a program sends reaches the card"


async def test_a_host_that_does_not_exist() -> None:
    with pytest.raises(CardScopeError, match=r"no\.such\.host\.invalid"):
        await serve_vpcd(RecordingCard(), "no.such.host.invalid", 35963, connected=lambda: None)
