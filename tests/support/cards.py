"""Cards for tests: a plain one, and one that misbehaves on the vpcd driver's port as no virtual card would."""

import asyncio
import struct
from collections.abc import Callable
from enum import Enum, auto

TYPE2_ATR = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")
"""A contactless storage card (reference §2)."""
CONTACT_ATR = bytes.fromhex("3BA70040188065A208010152")
"""A card with contacts, T=0 (reference §7)."""


class Echo:
    """A card that answers with what ``answers`` says, or with the command and 9000."""

    def __init__(self, atr: bytes = TYPE2_ATR, answers: dict[bytes, bytes] | None = None) -> None:
        self.atr = atr
        self.answers = answers or {}
        self.power_ups = 0
        self.on_command: Callable[[], object] = lambda: None
        self.commands: list[bytes] = []

    def power_on(self) -> bytes:
        self.power_ups += 1
        return self.atr

    def power_off(self) -> None:
        pass

    def transmit(self, command: bytes) -> bytes:
        self.commands.append(command)
        self.on_command()
        return self.answers.get(command, command + b"\x90\x00")


class Do(Enum):
    """What a card does instead of answering."""

    HANG = auto()
    VANISH = auto()


class RawCard:
    """Speaks the driver's protocol: ``answer`` gives the bytes to send back for a command, or what else to do."""

    def __init__(self, answer: Callable[[bytes], bytes | Do], atr: bytes = TYPE2_ATR) -> None:
        self.atr = atr
        self.commands: list[bytes] = []
        self.got_command = asyncio.Event()
        self.hung_up = False
        """Whether the driver ended the connection: with its service, or because a command had failed."""
        self._answer = answer

    async def serve(self, port: int) -> None:
        """Is on the reader until it vanishes or the task is cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while True:
                (length,) = struct.unpack(">H", await reader.readexactly(2))
                message = await reader.readexactly(length)
                if length == 1 and message != b"\x04":
                    continue
                answer: bytes | Do = self.atr
                if message != b"\x04":
                    self.commands.append(message)
                    self.got_command.set()
                    answer = self._answer(message)
                if answer is Do.VANISH:
                    return
                if isinstance(answer, bytes):
                    writer.write(struct.pack(">H", len(answer)) + answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.hung_up = True
        finally:
            writer.transport.abort()
