"""PWD_AUTH, the 32-bit password of NTAG21x, NTAG I²C plus and Ultralight EV1."""

from cardscope.tags.catalogue import Chip
from cardscope.virtual.answers import Nibble
from cardscope.virtual.type2.choices import SiliconChoices


class PasswordAuthentication:
    """The password and its acknowledge as they are in force, and the count of failures, which is non-volatile."""

    def __init__(self, chip: Chip, choices: SiliconChoices) -> None:
        self.failures = 0
        self._beyond = choices.failures_beyond_authlim
        self._wrong = _tabulated(chip, "wrong_password", choices.wrong_password)
        self._limit = _tabulated(chip, "authentication_limit", choices.authentication_limit)
        self._pwd = b""
        self._pack = b""

    def load(self, pwd: bytes, pack: bytes) -> None:
        """Puts the content of the pages PWD and PACK in force."""
        self._pwd, self._pack = pwd, pack[:2]

    def exhausted(self, attempts: int) -> bool:
        """Whether the failures have reached ``attempts``; 0 allows any number."""
        return bool(attempts) and self.failures >= attempts + self._beyond

    def check(self, password: bytes, attempts: int) -> bytes | Nibble:
        """PACK for the right password; a nibble for a wrong one, and for any once the attempts are exhausted."""
        if self.exhausted(attempts):
            return self._limit
        if password != self._pwd:
            if attempts:
                self.failures += 1
            return self._wrong
        self.failures = 0
        return self._pack


def _tabulated(chip: Chip, name: str, choice: Nibble) -> Nibble:
    return Nibble(chip.naks[name]) if name in chip.naks else choice
