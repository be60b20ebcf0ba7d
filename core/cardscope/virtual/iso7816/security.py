"""What protects a file: secrets with a retry counter, and the conditions that name them."""

from dataclasses import dataclass, field
from enum import Enum, auto

from cardscope.virtual.iso7816.messages import StatusError

PIN_LENGTHS = range(4, 9)
"""How many bytes a PIN may have."""


class Access(Enum):
    """A condition that needs no secret."""

    ALWAYS = auto()
    NEVER = auto()


@dataclass(eq=False, slots=True)
class Secret:
    """A PIN, a PUK or a key. ``left`` tries remain of ``limit`` (at most 15, the x of 63Cx); non-volatile."""

    value: bytes | None
    """``None``: the reference exists and has not been given a value."""
    limit: int
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.limit

    def require_usable(self) -> None:
        """Raises 6984 when there is no value and 6983 when no try is left."""
        if self.value is None:
            raise StatusError(0x6984)
        if self.left == 0:
            raise StatusError(0x6983)

    def present(self, *, right: bool) -> None:
        """Counts one try. Raises as :meth:`require_usable`, and 63Cx when it was not ``right``."""
        self.require_usable()
        if not right:
            self.left -= 1
            raise self.tries_left()
        self.left = self.limit

    def tries_left(self) -> StatusError:
        """63Cx."""
        return StatusError(0x63C0 | self.left)


@dataclass(eq=False, slots=True)
class Pin(Secret):
    """A PIN, with the PUK that frees it, if any."""

    puk: Secret | None = None


Condition = Access | Secret
"""What an access needs: nothing, the impossible, or a secret that was presented rightly."""
