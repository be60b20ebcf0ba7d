"""A card that counts what happens to it, and the event loop's way of settling down."""

import asyncio

from support.cards import TYPE2_ATR


class CountingCard:
    """Answers everything with ``answer``."""

    def __init__(self, atr: bytes = TYPE2_ATR, answer: bytes = b"\x90\x00") -> None:
        self.atr = atr
        self.answer = answer
        self.powered = False
        self.power_ups = 0
        self.commands: list[bytes] = []

    def power_on(self) -> bytes:
        self.powered = True
        self.power_ups += 1
        return self.atr

    def power_off(self) -> None:
        self.powered = False

    def transmit(self, command: bytes) -> bytes:
        self.commands.append(command)
        return self.answer


async def a_moment() -> None:
    """Lets everything that is ready to run go on, until nothing is."""
    for _ in range(10):
        await asyncio.sleep(0)
