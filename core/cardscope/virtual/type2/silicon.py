"""The silicon of a Type 2 tag: one radio frame in, one answer out.

Everything that differs from chip to chip comes from the catalogue; what the data sheets leave open comes from
:class:`SiliconChoices`.
"""

import secrets
from collections.abc import Callable, Mapping
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING

from cardscope.tags.catalogue import SECTOR, Chip, Command
from cardscope.tags.image import count_in, uid_of
from cardscope.virtual.answers import ACK, NAK_ARGUMENT, Answer, Nibble
from cardscope.virtual.type2.choices import SiliconChoices
from cardscope.virtual.type2.configuration import Configuration
from cardscope.virtual.type2.counters import VALID, Counters
from cardscope.virtual.type2.memory import Memory
from cardscope.virtual.type2.mirror import overlay_mirror
from cardscope.virtual.type2.password import PasswordAuthentication
from cardscope.virtual.type2.readout import Readout

if TYPE_CHECKING:
    from cardscope.virtual.type2.triple_des import TripleDesAuthentication

HLTA = bytes.fromhex("5000")
AUTHENTICATION_FRAME = 0xAF
"""First byte of the first answer to AUTHENTICATE and of the reader's second frame (DSULC 7.5.5)."""
AUTHENTICATION_FRAME_SIZE = 17
COUNTER_SIZE = 3
"""Bytes, least significant first: not in DS21x, but so in every public implementation."""
DELIVERED_NDEF = range(3, 6)
SRAM_SIZE = 64


class State(Enum):
    """Where a tag stands in ISO/IEC 14443-3. IDLE stands for HALT too: readers wake both (WUPA)."""

    OFF = auto()
    IDLE = auto()
    ACTIVE = auto()
    AUTHENTICATED = auto()


class Silicon:
    """One chip at work. ``assumed`` are the pages that were only guessed and have not been written over since."""

    def __init__(self, chip: Chip, image: bytes, signature: bytes, choices: SiliconChoices) -> None:
        self.chip = chip
        self.signature = signature
        self.state = State.OFF
        self.memory = Memory(chip, image, choices)
        self.counters = Counters(chip)
        self.password = PasswordAuthentication(chip, choices)
        self.uid = uid_of(chip, self.memory.page(0), self.memory.page(1))
        self.assumed: frozenset[int] = frozenset()
        self.assumes_failures = False
        self._choices = choices
        self._config = Configuration.parse(chip, self.memory.page, choices)
        self._cfglck = self._config.cfglck
        self._key = b""
        self._counted = False
        self._sector = 0
        self._sectors = {page // SECTOR for area in chip.areas for page in area}
        self._next_frame: Callable[[bytes], Answer] | None = None
        self._readout: Readout | None = None
        self._config_pages = frozenset(field.page for field in chip.fields.values())
        self._register_lock_pages = frozenset(page for area in chip.register_lock_pages for page in area)
        self._delivered_read_only = frozenset[int]()
        # Of the chips without check bytes only those whose data sheet says so come with an NDEF message.
        if choices.delivered_ndef_read_only and not chip.bcc and chip.initial:
            self._delivered_read_only = frozenset(DELIVERED_NDEF)
        handlers: dict[Command, tuple[int, Callable[[bytes], Answer]]] = {
            Command.GET_VERSION: (1, self._get_version),
            Command.READ: (2, self._read),
            Command.FAST_READ: (3, self._fast_read),
            Command.WRITE: (6, self._write),
            Command.COMPAT_WRITE: (2, self._compat_write),
            Command.FAST_WRITE: (3 + SRAM_SIZE, self._fast_write),
            Command.READ_CNT: (2, self._read_cnt),
            Command.INCR_CNT: (6, self._incr_cnt),
            Command.CHECK_TEARING_EVENT: (2, self._check_tearing_event),
            Command.PWD_AUTH: (5, self._pwd_auth),
            Command.AUTHENTICATE: (2, self._authenticate),
            Command.READ_SIG: (2, self._read_sig),
            Command.VCSL: (21, self._vcsl),
            Command.SECTOR_SELECT: (2, self._sector_select),
        }
        self._handlers = {int(command): handlers[command] for command in chip.commands}

    def power_up(self) -> None:
        """The field comes on: what waits for a power-up takes effect. Without effect on a powered chip."""
        if self.state is not State.OFF:
            return
        self.state = State.IDLE
        self._counted = False
        self._sector = 0
        self.memory.start()
        self._load_config()
        self._load_password()
        self._cfglck = self._config.cfglck

    def power_down(self) -> None:
        """The field goes off: all volatile state is gone."""
        self._leave(State.OFF)

    def select(self) -> bytes | None:
        """WUPA, anticollision and SELECT: the UID, or ``None`` without power."""
        if self.state is State.OFF:
            return None
        self.memory.selected()
        if self.chip.key_pages is not None:  # a new key waits for a re-activation, DSULC 7.5.7
            self._key = b"".join(map(self.memory.page, self.chip.key_pages))
        if not self._choices.sector_survives_selection:
            self._sector = 0
        self._leave(State.ACTIVE)
        return self.uid

    def exchange(self, frame: bytes) -> Answer:
        """What the chip answers to ``frame``. After every refusal it is IDLE."""
        if self.state is State.OFF or self.state is State.IDLE:
            return None
        if self._next_frame is not None:
            handle, self._next_frame = self._next_frame, None
            return handle(frame)
        handler = self._handlers.get(frame[0]) if frame else None
        if handler is None or len(frame) != handler[0]:
            if frame == HLTA:
                self._leave(State.IDLE)
                return None
            return self._refuse(self._choices.unknown_command)
        return handler[1](frame)

    def put_counters(self, values: Mapping[int, int]) -> None:
        """Sets counters by address, as when the tag is made."""
        for address, value in values.items():
            if address == self.chip.counter_page:
                self.memory.put_counter(value)
            else:
                self.counters.values[address] = value

    def counts(self) -> dict[int, int]:
        """All counters by address, the one that lies in a page included."""
        counts = dict(self.counters.values)
        if (page := self.chip.counter_page) is not None:
            counts[page] = count_in(self.memory.page(page))
        return counts

    def _leave(self, state: State) -> None:
        self.state = state
        self._next_frame = None
        self._readout = None  # what can be read, and the counter mirror, depend on the authentication

    def _refuse(self, nibble: Nibble | None = NAK_ARGUMENT) -> Nibble | None:
        self._leave(State.IDLE)
        return nibble

    def _load_config(self) -> None:
        self._config = Configuration.parse(self.chip, self.memory.page, self._choices)
        self._readout = None

    def _load_password(self) -> None:
        if self.chip.pwd is not None and self.chip.pack is not None:
            self.password.load(self.memory.page(self.chip.pwd), self.memory.page(self.chip.pack))

    @property
    def _authenticated(self) -> bool:
        return self.state is State.AUTHENTICATED

    def _shown(self) -> Readout:
        """What can be read of the selected sector at this moment."""
        if self._readout is None:
            config = self._config
            shown = self.memory.visible(attempts_exhausted=self.password.exhausted(config.attempts))
            overlay_mirror(
                shown,
                self.chip,
                config,
                self._choices,
                uid=self.uid,
                counter=self.counters.values.get(self.chip.nfc_counter or 0, 0),
                authenticated=self._authenticated,
            )
            for page in config.hidden:
                del shown[page]
            closed = config.protected if config.prot and not self._authenticated else frozenset[int]()
            self._readout = Readout(self.chip, shown, self._sector, closed, skip=self._choices.protected_pages_read_00)
        return self._readout

    def _reading(self) -> Readout:
        """The place where the NFC counter moves: the first valid READ or FAST_READ after power-up."""
        if not self._counted:
            self._counted = True
            if self._config.nfc_cnt_en and self.chip.nfc_counter is not None:
                self.counters.step(self.chip.nfc_counter)
                self._readout = None
        return self._shown()

    def _get_version(self, _frame: bytes) -> Answer:
        return self.chip.version

    def _read(self, frame: bytes) -> Answer:
        data = (self._readout or self._shown()).read(frame[1])
        if data is None:
            return self._refuse()
        return data if self._counted else self._reading().read(frame[1])

    def _fast_read(self, frame: bytes) -> Answer:
        if self._shown().fast_read(frame[1], frame[2]) is None:
            return self._refuse()
        return self._reading().fast_read(frame[1], frame[2])

    def _write_refusal(self, page: int) -> Nibble | None:
        """Why ``page`` cannot be written now, or ``None`` when it can."""
        if page < 2:
            return self._choices.serial_number_write
        if not self.memory.is_writable(page) or page in self._config.hidden:
            return NAK_ARGUMENT
        if page in self._config.protected and not self._authenticated:
            return self._choices.refusal
        locked = (
            self.memory.is_locked(page)
            or (self._cfglck and page in (self.chip.cfg0, self.chip.cfg1))
            or (self._config.register_lock and page in self._register_lock_pages)
            or not self.memory.accepts_writes
            or page in self._delivered_read_only
        )
        return self._choices.refusal if locked else None

    def _write(self, frame: bytes) -> Answer:
        page = SECTOR * self._sector + frame[1]
        if (refusal := self._write_refusal(page)) is not None:
            return refusal if refusal.is_ack else self._refuse(refusal)
        return self._store(page, frame[2:6])

    def _compat_write(self, frame: bytes) -> Answer:
        page = SECTOR * self._sector + frame[1]
        refusal = self._write_refusal(page)
        if refusal is not None and not refusal.is_ack:
            return self._refuse(refusal)
        self._next_frame = partial(self._compat_write_data, page, refusal)
        return ACK

    def _compat_write_data(self, page: int, instead: Nibble | None, frame: bytes) -> Answer:
        if len(frame) != 16:
            return self._refuse(self._choices.unknown_command)
        # The other twelve bytes are there for the sake of MIFARE Classic readers.
        return instead or self._store(page, frame[:4])

    def _store(self, page: int, data: bytes) -> Answer:
        chip, choices = self.chip, self._choices
        if not self.memory.write(page, data):
            return self._refuse(Nibble(chip.naks["counter_overflow"]))
        if page not in self.memory.merging:
            self.assumed -= {page}
        self._readout = None
        if choices.config_at_once and page in self._config_pages:
            self._load_config()
        if choices.password_at_once and page in (chip.pwd, chip.pack):
            self._load_password()
        return ACK

    def _fast_write(self, frame: bytes) -> Answer:
        sram = self.memory.sram
        if sram is None or (SECTOR * self._sector + frame[1], frame[2]) != (sram.start, sram[-1] % SECTOR):
            return self._refuse()
        if sram.start in self._config.protected and not self._authenticated:
            return self._refuse(self._choices.refusal)
        self.memory.write_sram(frame[3:])
        self._readout = None
        return ACK

    def _read_cnt(self, frame: bytes) -> Answer:
        address = frame[1]
        if address not in self.counters:
            return self._refuse()
        if address == self.chip.nfc_counter:
            if not (self._config.nfc_cnt_en or self._choices.counter_answers_when_disabled):
                return self._refuse()
            if self._config.nfc_cnt_pwd_prot and not self._authenticated:
                return self._refuse(self._choices.refusal)
        return self.counters.values[address].to_bytes(COUNTER_SIZE, "little")

    def _incr_cnt(self, frame: bytes) -> Answer:
        if frame[1] not in self.counters:
            return self._refuse()
        # Four bytes as in a WRITE, of which the last and highest is ignored (DSEV1 10.7).
        if not self.counters.add(frame[1], int.from_bytes(frame[2 : 2 + COUNTER_SIZE], "little")):
            return self._refuse(Nibble(self.chip.naks["counter_overflow"]))
        return ACK

    def _check_tearing_event(self, frame: bytes) -> Answer:
        if frame[1] not in self.counters:
            return self._refuse()
        return bytes((self._choices.torn_counter_flag if frame[1] in self.counters.torn else VALID,))

    def _pwd_auth(self, frame: bytes) -> Answer:
        answer = self.password.check(frame[1:], self._config.attempts)
        if isinstance(answer, Nibble):
            return self._refuse(answer)
        self.assumes_failures = False  # success has set them to 0
        self._leave(State.AUTHENTICATED)
        return answer

    def _authenticate(self, frame: bytes) -> Answer:
        # Loaded when it is needed: it takes longer than all other silicon.
        from cardscope.virtual.type2.triple_des import BLOCK, TripleDesAuthentication  # noqa: PLC0415

        if frame[1] != 0:
            return self._refuse()
        proof = TripleDesAuthentication(self._key, secrets.token_bytes(BLOCK))
        self._next_frame = partial(self._authenticate_second, proof)
        return bytes((AUTHENTICATION_FRAME,)) + proof.challenge

    def _authenticate_second(self, proof: "TripleDesAuthentication", frame: bytes) -> Answer:
        if len(frame) != AUTHENTICATION_FRAME_SIZE or frame[0] != AUTHENTICATION_FRAME:
            return self._refuse(self._choices.unknown_command)
        response = proof.response(frame[1:])
        if response is None:
            return self._refuse()
        self._leave(State.AUTHENTICATED)
        return b"\0" + response

    def _read_sig(self, frame: bytes) -> Answer:
        return self._refuse() if frame[1] != 0 else self.signature

    def _vcsl(self, _frame: bytes) -> Answer:
        if self._authenticated:  # "only allowed in the ACTIVE state", DSEV1 8.4
            return self._refuse(self._choices.unknown_command)
        return bytes((self._config.vctid,))

    def _sector_select(self, frame: bytes) -> Answer:
        if frame[1] != 0xFF:
            return self._refuse()
        self._next_frame = self._sector_select_second
        return ACK

    def _sector_select_second(self, frame: bytes) -> Answer:
        """Success is silence, the "passive ACK"."""
        if len(frame) != 4:
            return self._refuse(self._choices.unknown_command)
        sector = frame[0]
        there = sector in self._sectors and not any(page // SECTOR == sector for page in self._config.hidden)
        if not there and not self._choices.missing_sector_selectable:
            return self._refuse()
        self._sector = sector
        self._readout = None
        return None
