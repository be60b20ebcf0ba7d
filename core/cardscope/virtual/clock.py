"""Time that passes only when it is told to, so that a link time is the same on every machine and in every run."""


class VirtualClock:
    """Counts nanoseconds from 0. One clock is shared by everything that takes time in a simulation."""

    def __init__(self) -> None:
        self._now = 0

    @property
    def now(self) -> int:
        """Nanoseconds since the clock was made."""
        return self._now

    def advance(self, ns: int) -> None:
        """Lets ``ns`` nanoseconds pass. Raises ValueError for a negative number."""
        if ns < 0:
            raise ValueError(f"time does not go back: {ns} ns")
        self._now += ns
