"""The silicon of a Type 2 tag: one radio frame in, one answer out.

Built from NXP's data sheet of NTAG213/215/216 (rev. 3.2) and, for what that leaves open, from :class:`SiliconChoices`.
"""

from collections.abc import Callable
from enum import Enum, auto

from cardscope.errors import CardScopeError
from cardscope.tags.catalogue import Chip, Command
from cardscope.virtual.type2.answers import ACK, NAK_ARGUMENT, NAK_AUTHENTICATION_LIMIT, Answer, Nibble
from cardscope.virtual.type2.choices import SiliconChoices
from cardscope.virtual.type2.configuration import Configuration
from cardscope.virtual.type2.image import check_image, factory_image, uid_of
from cardscope.virtual.type2.memory import Memory
from cardscope.virtual.type2.mirror import overlay_mirror

READ_SIZE = 16
COUNTER_MAX = 0xFFFFFF
HLTA = bytes.fromhex("5000")
FAMILIES = frozenset({"NTAG21x"})
"""The families whose behaviour is built so far."""


class State(Enum):
    """Where a tag stands in ISO/IEC 14443-3. IDLE stands for HALT too: readers wake both (WUPA)."""

    OFF = auto()
    IDLE = auto()
    ACTIVE = auto()
    AUTHENTICATED = auto()


class Type2Tag:
    """One tag. Frames go in and out without their CRC.

    ``image`` are all pages as the silicon holds them, PWD and PACK included; left out, the tag is factory-fresh with
    ``uid``. ``counter`` (0 to FFFFFF) and ``auth_failures`` are non-volatile as well. ``signature`` is what READ_SIG
    answers: 32 bytes, all zero for a tag without one.

    Raises CardScopeError for an image that does not fit the chip, and for a chip that cannot be simulated yet.
    """

    def __init__(
        self,
        chip: Chip,
        image: bytes,
        *,
        counter: int = 0,
        auth_failures: int = 0,
        signature: bytes = bytes(32),
        choices: SiliconChoices | None = None,
    ) -> None:
        if chip.family not in FAMILIES:
            raise CardScopeError(f"There is no virtual {chip.name} yet.", remedy="Choose a chip of the NTAG21x family.")
        check_image(chip, image)
        self.chip = chip
        self.counter = counter
        self.auth_failures = auth_failures
        self.signature = signature
        self.state = State.OFF
        self._choices = choices or SiliconChoices()
        self._memory = Memory(chip, image, self._choices)
        self._uid = uid_of(image)
        self._config = Configuration.parse(chip, image)
        self._cfglck = self._config.cfglck
        self._counted = False
        self._compat_page: int | None = None
        self._shown: bytes | None = None
        handlers: dict[Command, tuple[int, Callable[[bytes], Answer]]] = {
            Command.GET_VERSION: (1, self._get_version),
            Command.READ: (2, self._read),
            Command.FAST_READ: (3, self._fast_read),
            Command.WRITE: (6, self._write),
            Command.COMPAT_WRITE: (2, self._compat_write),
            Command.READ_CNT: (2, self._read_cnt),
            Command.PWD_AUTH: (5, self._pwd_auth),
            Command.READ_SIG: (2, self._read_sig),
        }
        self._handlers = {int(command): handlers[command] for command in chip.commands}

    @classmethod
    def factory_fresh(cls, chip: Chip, uid: bytes, *, choices: SiliconChoices | None = None) -> "Type2Tag":
        """The tag as NXP delivers it, with the 7-byte ``uid``."""
        return cls(chip, factory_image(chip, uid), choices=choices)

    @property
    def uid(self) -> bytes:
        """The 7 bytes of the UID."""
        return self._uid

    @property
    def image(self) -> bytes:
        """All pages as the silicon holds them now, PWD and PACK included."""
        return self._memory.image

    def power_up(self) -> None:
        """The field comes on: what waits for a power-up takes effect. Without effect on a powered tag."""
        if self.state is not State.OFF:
            return
        self.state = State.IDLE
        self._counted = False
        self._memory.load_locks()
        self._load_config()
        self._cfglck = self._config.cfglck

    def power_down(self) -> None:
        """The field goes off: authentication and all other volatile state is gone."""
        self.state = State.OFF
        self._compat_page = None
        self._shown = None

    def select(self) -> bytes | None:
        """WUPA, anticollision and SELECT: the tag becomes ACTIVE and tells its UID; ``None`` when it has no power."""
        if self.state is State.OFF:
            return None
        self._leave(State.ACTIVE)
        return self._uid

    def exchange(self, frame: bytes) -> Answer:
        """What the tag answers to ``frame``. After every refusal it is IDLE: silent until selected again."""
        if self.state is State.OFF or self.state is State.IDLE:
            return None
        if self._compat_page is not None:
            return self._compat_write_data(frame)
        handler = self._handlers.get(frame[0]) if frame else None
        if handler is None or len(frame) != handler[0]:
            if frame == HLTA:
                self._leave(State.IDLE)
                return None
            return self._refuse(self._choices.unknown_command)
        return handler[1](frame)

    def _leave(self, state: State) -> None:
        self.state = state
        self._compat_page = None
        self._shown = None  # the counter mirror can depend on the authentication

    def _refuse(self, nibble: Nibble | None) -> Nibble | None:
        self._leave(State.IDLE)
        return nibble

    def _load_config(self) -> None:
        self._config = Configuration.parse(self.chip, self._memory.image)
        self._shown = None

    def _readable_pages(self) -> int:
        """How many pages from page 0 on a read may show now."""
        if self._config.prot and self.state is not State.AUTHENTICATED:
            return min(self._config.auth0, self.chip.pages)
        return self.chip.pages

    def _memory_shown(self) -> bytes:
        """All pages as READ shows them at this moment; also the place where the NFC counter moves."""
        if not self._counted:
            self._counted = True
            if self._config.nfc_cnt_en:
                self.counter = min(self.counter + 1, COUNTER_MAX)
                self._shown = None
        if self._shown is None:
            shown = self._memory.visible()
            overlay_mirror(
                shown,
                self.chip,
                self._config,
                self._choices,
                uid=self._uid,
                counter=self.counter,
                authenticated=self.state is State.AUTHENTICATED,
            )
            self._shown = bytes(shown)
        return self._shown

    def _get_version(self, _frame: bytes) -> Answer:
        return self.chip.version

    def _read(self, frame: bytes) -> Answer:
        page = frame[1]
        pages = self._readable_pages()
        if page >= pages:
            return self._refuse(NAK_ARGUMENT)
        shown = self._memory_shown()[: 4 * pages]
        data = shown[4 * page : 4 * page + READ_SIZE]
        while len(data) < READ_SIZE:  # more than once where protection leaves less than 4 pages
            data += shown[: READ_SIZE - len(data)]
        return data

    def _fast_read(self, frame: bytes) -> Answer:
        first, last = frame[1], frame[2]
        if not first <= last < self._readable_pages():
            return self._refuse(NAK_ARGUMENT)
        return self._memory_shown()[4 * first : 4 * last + 4]

    def _write_refusal(self, page: int) -> Nibble | None:
        """Why ``page`` cannot be written now, or ``None`` when it can."""
        if not 2 <= page < self.chip.pages:
            return NAK_ARGUMENT
        if page >= self._config.auth0 and self.state is not State.AUTHENTICATED:
            return self._choices.refusal
        if self._memory.is_locked(page) or (self._cfglck and page in (self.chip.cfg0, self.chip.cfg1)):
            return self._choices.refusal
        return None

    def _write(self, frame: bytes) -> Answer:
        page = frame[1]
        if (refusal := self._write_refusal(page)) is not None:
            return self._refuse(refusal)
        self._store(page, frame[2:6])
        return ACK

    def _compat_write(self, frame: bytes) -> Answer:
        if (refusal := self._write_refusal(frame[1])) is not None:
            return self._refuse(refusal)
        self._compat_page = frame[1]
        return ACK

    def _compat_write_data(self, frame: bytes) -> Answer:
        page, self._compat_page = self._compat_page, None
        if page is None or len(frame) != 16:
            return self._refuse(self._choices.unknown_command)
        self._store(page, frame[:4])  # the other twelve bytes are there for the sake of MIFARE Classic readers
        return ACK

    def _store(self, page: int, data: bytes) -> None:
        self._memory.write(page, data)
        self._shown = None
        if self._choices.config_at_once and page in (self.chip.cfg0, self.chip.cfg1):
            self._load_config()

    def _read_cnt(self, frame: bytes) -> Answer:
        enabled = self._config.nfc_cnt_en or self._choices.counter_answers_when_disabled
        if frame[1] != self.chip.nfc_counter or not enabled:
            return self._refuse(NAK_ARGUMENT)
        if self._config.nfc_cnt_pwd_prot and self.state is not State.AUTHENTICATED:
            return self._refuse(self._choices.refusal)
        return self.counter.to_bytes(3, "little")

    def _pwd_auth(self, frame: bytes) -> Answer:
        assert self.chip.pwd is not None
        assert self.chip.pack is not None
        authlim = self._config.authlim
        if authlim and self.auth_failures >= authlim + self._choices.failures_beyond_authlim:
            return self._refuse(NAK_AUTHENTICATION_LIMIT)
        if frame[1:5] != self._memory.page(self.chip.pwd):
            if authlim:
                self.auth_failures += 1
            return self._refuse(self._choices.wrong_password)
        self.auth_failures = 0
        self._leave(State.AUTHENTICATED)
        return self._memory.page(self.chip.pack)[:2]

    def _read_sig(self, frame: bytes) -> Answer:
        if frame[1] != 0:
            return self._refuse(NAK_ARGUMENT)
        return self.signature
