"""Native commands of Type 2 tags over a session, whatever the reader: the one way in which CardScope itself talks to
a tag. Everything goes through the session, and so through its guard.
"""

from typing import Final, Protocol, TypeVar

from cardscope.decode.status_words import split_response
from cardscope.errors import CardRemovedError, Sent
from cardscope.events import Exchanged, Origin
from cardscope.guard import PlanApproval
from cardscope.readers.families import (
    ACK,
    PROBES,
    FailureKind,
    Family,
    NativeFailure,
    WriteRoute,
    family_of_probe,
    family_of_reader,
)
from cardscope.readers.families.failure import refused, unexpected
from cardscope.tags.catalogue import SECTOR, Command
from cardscope.tags.originality import SIGNATURE_SIZE

A = TypeVar("A", NativeFailure, bytes | NativeFailure)

GET_UID: Final = bytes.fromhex("FFCA000000")
READ_SIZE: Final = 16
PAGE_SIZE: Final = 4
VERSION_SIZE: Final = 8
COUNTER_SIZE: Final = 3
PACK_SIZE: Final = 2
_SUCCESS: Final = 0x9000
_NIBBLE: Final = refused()
"""What a reader that cannot tell ACK from NAK makes of either: that a bare nibble came."""
_NO_ROUTE: Final = "No way is known to pass native commands through this reader."


class Session(Protocol):
    """What of :class:`~cardscope.session.CardSession` is needed here."""

    uid: bytes | None

    @property
    def reader(self) -> str: ...

    async def send(
        self, command: bytes, *, origin: Origin = ..., approval: str | PlanApproval | None = ...
    ) -> Exchanged: ...

    async def reset(self) -> bytes: ...


class TagLink:
    """Native commands to the tag of ``session`` through ``family``'s envelope, or, without one, what the storage-card
    commands of PC/SC Part 3 allow. ``approval`` is the user's word for the commands that need it. ``sectors``: the tag
    has more than one, see :meth:`write_command`.

    Pages are numbered through the sectors (256 · sector + page); the sector is selected where that is needed.

    A command that gets no data returns a :class:`NativeFailure`; the tag, which is then IDLE or HALT, is selected
    anew before the next command, and must be the same one. All methods raise
    :class:`~cardscope.errors.ReaderError` when reader or connection fail, and CardRemovedError when another card has
    taken the tag's place.
    """

    def __init__(
        self,
        session: Session,
        family: Family | None,
        *,
        approval: PlanApproval | None = None,
        sectors: bool = False,
    ) -> None:
        self._session = session
        self.family = family
        self.approval = approval
        self._sectors = sectors
        self._sector: int | None = 0
        self.exchanges = 0
        """How many APDUs this link has sent."""
        self.resets = 0
        """How often the tag had to be selected anew."""
        self.version_response = b""
        """The reader's answer to GET_VERSION as it came, wrapping included."""
        self._response = b""
        self._open = False
        self._lost = False

    @property
    def _writes_natively(self) -> bool:
        return self.family is not None and (self.family.write is WriteRoute.NATIVE or self._sectors)

    @property
    def unbroken(self) -> bool:
        """Whether every command so far was answered, and so by one and the same tag."""
        return not self._lost and self.resets == 0

    @property
    def has_route(self) -> bool:
        """Whether commands other than READ can reach the tag."""
        return self.family is not None

    async def find_family(self) -> None:
        """Finds the family of the reader: by its name, else by asking it. None found: storage-card commands only."""
        self.family = family_of_reader(self._session.reader)
        for probe in PROBES:
            if self.family is not None:
                return
            self.family = family_of_probe(probe, await self._send(probe))

    def give_up_route(self) -> None:
        """From now on storage-card commands only: the reader does not understand its family's envelope."""
        self.family = None
        self._open = False

    async def native(self, frame: bytes) -> bytes | NativeFailure:
        """Sends ``frame`` as it is. Without a route nothing is sent and the failure says so."""
        return self._noted(await self._native(frame))

    async def get_version(self) -> bytes | NativeFailure:
        """The 8 bytes of GET_VERSION."""
        answer = await self.native(bytes((Command.GET_VERSION,)))
        self.version_response = self._response
        return self._sized(answer, VERSION_SIZE)

    async def read(self, page: int) -> bytes | NativeFailure:
        """READ: 16 bytes from ``page`` on, roll-over of the chip included."""
        if (failure := await self._enter(page // SECTOR)) is not None:
            return failure
        page %= SECTOR
        if self.family is not None:
            return self._sized(await self.native(bytes((Command.READ, page))), READ_SIZE)
        data, sw = split_response(await self._send(bytes((0xFF, 0xB0, 0x00, page, READ_SIZE))))
        if sw == _SUCCESS and len(data) == READ_SIZE:
            return data
        answered = f"{sw:04X}" if sw is not None else "nothing"
        return self._noted(NativeFailure(FailureKind.ERROR, f"The reader answered {answered}."))

    async def fast_read(self, first: int, last: int) -> bytes | NativeFailure:
        """FAST_READ: pages ``first`` to ``last``, both included and of one sector. Raises ValueError for more pages
        than fit the reader's answer, see :attr:`Family.fast_read_pages`."""
        count = last - first + 1
        if self.family is not None and not 0 < count <= self.family.fast_read_pages:
            raise ValueError(f"one FAST_READ through {self.family.name} takes 1 to {self.family.fast_read_pages} pages")
        if (failure := await self._enter(first // SECTOR)) is not None:
            return failure
        frame = bytes((Command.FAST_READ, first % SECTOR, last % SECTOR))
        return self._sized(await self.native(frame), PAGE_SIZE * count)

    def write_command(self, page: int, data: bytes) -> bytes:
        """The APDU that writes the 4 bytes ``data`` to ``page``: WRITE, or the reader's own command for it where a bare
        ACK would be lost.

        A tag with more than one sector is written natively in any case: a reader that selects the tag anew of its own
        accord, as it may before its own commands, puts it back into sector 0.
        """
        if self.family is not None and self._writes_natively:
            return self.family.wrap(bytes((Command.WRITE, page % SECTOR)) + data)
        return bytes((0xFF, 0xD6, 0x00, page % SECTOR, PAGE_SIZE)) + data

    async def write(self, page: int, data: bytes) -> NativeFailure | None:
        """Writes the 4 bytes ``data`` to ``page``. ``None``: nothing speaks against it, but what the page holds only
        reading tells; a reader that loses a bare ACK loses a NAK as well."""
        if (failure := await self._enter(page // SECTOR)) is not None:
            return failure
        await self._begin()
        response = await self._send(self.write_command(page, data))
        if self.family is not None and self._writes_natively:
            answer = self.family.answer(bytes((Command.WRITE, page % SECTOR)) + data, response)
            done = answer in (ACK, _NIBBLE)
        else:
            sw = split_response(response)[1]
            done = sw == _SUCCESS
            answered = f"{sw:04X}" if sw is not None else "nothing"
            answer = NativeFailure(FailureKind.ERROR, f"The reader answered {answered}.")
        if done:
            return None
        self._lost = True
        return answer if isinstance(answer, NativeFailure) else unexpected(response)

    async def pwd_auth(self, password: bytes) -> bytes | NativeFailure:
        """PWD_AUTH: the 2 bytes PACK, and the tag is AUTHENTICATED until it is selected anew. A wrong password counts
        where AUTHLIM is set, so the session asks for approval."""
        return self._sized(await self.native(bytes((Command.PWD_AUTH,)) + password), PACK_SIZE)

    async def read_cnt(self, counter: int) -> int | NativeFailure:
        """READ_CNT: the 24-bit counter at that address (0 to 2)."""
        answer = self._sized(await self.native(bytes((Command.READ_CNT, counter))), COUNTER_SIZE)
        return answer if isinstance(answer, NativeFailure) else int.from_bytes(answer, "little")

    async def read_sig(self) -> bytes | NativeFailure:
        """READ_SIG: the 32 bytes of the originality signature."""
        return self._sized(await self.native(bytes((Command.READ_SIG, 0))), SIGNATURE_SIZE)

    async def begin_authenticate(self) -> bytes | NativeFailure:
        """The first step of Ultralight C's AUTHENTICATE, which needs no key and counts nothing: ``AF`` and 8 bytes.
        The tag waits for the second step then, so it is selected anew before the next command."""
        answer = self._sized(await self.native(bytes((Command.AUTHENTICATE, 0))), 9)
        self._lost = True
        return answer

    async def select_again(self) -> None:
        """Selects the tag anew and makes sure that it is still the same one. What was authenticated is lost.

        Where the reader has a command for it, the field stays on meanwhile: no reader beeps, no other program is told
        of a reset, and the next read is no first one after a power-up, which the NFC counter would count once more.
        Else, and when the tag is not found in this way, the card is reset. That the PN532's command does what its
        manual says to a tag that has just refused was not tried on hardware.
        """
        self._lost = False
        self.resets += 1
        if self._sector != 0:
            self._sector = None  # the data sheets do not say whether it stays selected
        if self.family is not None and self.family.select:
            uid = self.family.selected(await self._send(self.family.select))
            if uid is not None:
                self._make_sure_of(uid)
                return
        await self.power_cycle()
        if self._session.uid is not None:
            uid, sw = split_response(await self._send(GET_UID))
            self._make_sure_of(uid if sw == _SUCCESS else b"")

    async def power_cycle(self) -> None:
        """Takes the tag's power away and gives it back. What was authenticated is lost, and an NFC counter counts with
        the next read. Whether it is the same tag afterwards the caller has to make sure of."""
        self._open = self._lost = False
        self._sector = 0
        await self._session.reset()

    def _make_sure_of(self, uid: bytes) -> None:
        if self._session.uid not in (None, uid):
            raise CardRemovedError(
                f"Another card has taken the place of the one on “{self._session.reader}”.",
                reader=self._session.reader,
                remedy="Put the card back.",
                sent=Sent.NO,
            )

    async def close(self) -> None:
        """Leaves the tag selected and the reader as it was before the first native command."""
        if self._sector != 0:
            await self.select_again()
            await self._enter(0)
        await self._find_again()
        if self._open and self.family is not None:
            self._open = False
            for command in self.family.closing:
                await self._send(command)

    async def _native(self, frame: bytes) -> bytes | NativeFailure:
        """:meth:`native`, without taking note of a failure."""
        if self.family is None:
            return NativeFailure(FailureKind.ERROR, _NO_ROUTE)
        await self._find_again()
        await self._begin()
        self._response = await self._send(self.family.wrap(frame))
        return self.family.answer(frame, self._response)

    async def _begin(self) -> None:
        if self.family is not None and not self._open:
            self._open = True
            for command in self.family.opening:
                await self._send(command)

    async def _enter(self, sector: int) -> NativeFailure | None:
        """Selects ``sector`` unless it is selected. The tag consents to the first part by ACK and to the second by
        silence; what refuses either does not answer the next command, so that no write can go astray."""
        await self._find_again()
        if self._sector == sector:
            return None
        if self.family is None:
            return NativeFailure(FailureKind.ERROR, f"{_NO_ROUTE} So sector {sector} cannot be selected.")
        self._sector = None
        begun = await self._native(bytes((Command.SECTOR_SELECT, 0xFF)))
        if begun not in (ACK, _NIBBLE):
            return self._noted(begun) if isinstance(begun, NativeFailure) else self._surprised()
        chosen = await self._native(bytes((sector, 0, 0, 0)))
        if not isinstance(chosen, NativeFailure):
            return self._surprised()
        if chosen.kind is FailureKind.NAK:
            return self._noted(chosen)
        self._sector = sector
        return None

    async def _find_again(self) -> None:
        if self._lost:
            await self.select_again()

    async def _send(self, command: bytes) -> bytes:
        self.exchanges += 1
        exchanged = await self._session.send(command, origin=Origin.APPLICATION, approval=self.approval)
        return exchanged.response or b""

    def _noted(self, answer: A) -> A:
        if isinstance(answer, NativeFailure):
            self._lost = True
        return answer

    def _surprised(self) -> NativeFailure:
        return self._noted(unexpected(self._response))

    def _sized(self, answer: bytes | NativeFailure, size: int) -> bytes | NativeFailure:
        if isinstance(answer, NativeFailure) or len(answer) == size:
            return answer
        text = f"{len(answer)} bytes came instead of {size}."
        return self._noted(NativeFailure(FailureKind.ERROR, text))
