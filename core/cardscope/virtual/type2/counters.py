"""One-way counters outside the pages: the NFC counter of NTAG21x, and those of Ultralight EV1 that count by command."""

from collections.abc import Mapping
from random import Random

from cardscope.tags.catalogue import Chip

VALID = 0xBD
"""The answer of CHECK_TEARING_EVENT as long as no increment was torn (DSEV1 10.10)."""


class Counters:
    """The counters of one tag by address. They never fall."""

    def __init__(self, chip: Chip) -> None:
        self._max = chip.counter_max
        self.values = dict.fromkeys((address for address in chip.counters if address != chip.counter_page), 0)
        self.torn: set[int] = set()
        """The addresses whose last increment was torn."""

    def __contains__(self, address: int) -> bool:
        return address in self.values

    def step(self, address: int) -> None:
        """Adds 1; at the end the counter stays (DS21x 8.6)."""
        self.values[address] = min(self.values[address] + 1, self._max)

    def add(self, address: int, amount: int) -> bool:
        """Adds ``amount``. False, with nothing changed, when the sum is beyond the end (DSEV1 8.7)."""
        if self.values[address] + amount > self._max:
            return False
        self.values[address] += amount
        self.torn.discard(address)
        return True

    def tear(self, before: Mapping[int, int], random: Random) -> None:
        """The power failed while the counters went on from ``before``: each holds its old or its new value whole."""
        for address, old in before.items():
            if self.values[address] == old:
                continue
            self.torn.add(address)
            if random.getrandbits(1):
                self.values[address] = old
