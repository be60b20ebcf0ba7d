"""A Type 2 tag in software: how it is made, kept and torn. What it answers is in :mod:`.silicon`."""

from collections.abc import Mapping
from random import Random

from cardscope.errors import CardScopeError
from cardscope.tags.catalogue import Chip
from cardscope.tags.image import check_image, factory_image, factory_pages, image_pages
from cardscope.tags.originality import SIGNATURE_SIZE
from cardscope.tags.snapshot import TagSnapshot, check_counters
from cardscope.virtual.answers import Answer
from cardscope.virtual.type2.choices import SiliconChoices
from cardscope.virtual.type2.silicon import Silicon, State

NO_SIGNATURE = bytes(SIGNATURE_SIZE)


class Type2Tag:
    """One tag. Frames go in and out without their CRC.

    ``image`` are all pages of EEPROM as the silicon holds them, in the order of the catalogue's areas, PWD and PACK
    included. ``counters`` (by address; those left out are 0, or what their page holds) and ``auth_failures`` are
    non-volatile as well. ``signature`` is what READ_SIG answers: 32 bytes, all zero for a tag without one.

    Raises CardScopeError for what does not fit the chip.
    """

    def __init__(
        self,
        chip: Chip,
        image: bytes,
        *,
        counters: Mapping[int, int] | None = None,
        auth_failures: int = 0,
        signature: bytes = NO_SIGNATURE,
        choices: SiliconChoices | None = None,
    ) -> None:
        check_image(chip, image)
        check_counters(chip, counters or {})
        if len(signature) != SIGNATURE_SIZE:
            raise CardScopeError(f"A signature has 32 bytes, and this one has {len(signature)}.")
        self._silicon = Silicon(chip, image, signature, choices or SiliconChoices())
        self._silicon.put_counters(counters or {})
        self._silicon.password.failures = auth_failures
        self._unknown_counters: frozenset[int] = frozenset()
        self._knows_signature = True

    @classmethod
    def factory_fresh(
        cls, chip: Chip, uid: bytes, *, signature: bytes = NO_SIGNATURE, choices: SiliconChoices | None = None
    ) -> "Type2Tag":
        """The tag as NXP delivers it, with the 7-byte ``uid``. Raises CardScopeError for another length."""
        return cls(chip, factory_image(chip, uid), signature=signature, choices=choices)

    @classmethod
    def from_snapshot(cls, snapshot: TagSnapshot, *, choices: SiliconChoices | None = None) -> "Type2Tag":
        """A twin of the tag in ``snapshot``. Pages that it does not know are as at delivery, and in :attr:`assumed`;
        unknown counts are 0."""
        chip = snapshot.chip
        pages = factory_pages(chip, snapshot.uid) | dict(snapshot.pages)
        tag = cls(
            chip,
            b"".join(pages[page] for page in image_pages(chip)),
            counters=snapshot.counters,
            auth_failures=snapshot.auth_failures or 0,
            signature=snapshot.signature or NO_SIGNATURE,
            choices=choices,
        )
        tag._silicon.assumed = frozenset(pages).difference(snapshot.pages)
        tag._silicon.assumes_failures = snapshot.auth_failures is None
        tag._unknown_counters = frozenset(chip.counters).difference(snapshot.counters)
        tag._knows_signature = snapshot.signature is not None
        return tag

    def snapshot(self) -> TagSnapshot:
        """The tag as it is now, without what it only assumes."""
        memory = self._silicon.memory
        return TagSnapshot(
            self.chip,
            {page: memory.page(page) for page in memory.pages if page not in self.assumed},
            self.signature if self._knows_signature else None,
            {address: value for address, value in self.counters.items() if address not in self._unknown_counters},
            None if self._silicon.assumes_failures else self.auth_failures,
        )

    @property
    def chip(self) -> Chip:
        """The type of chip."""
        return self._silicon.chip

    @property
    def uid(self) -> bytes:
        """The 7 bytes of the UID."""
        return self._silicon.uid

    @property
    def image(self) -> bytes:
        """All pages of EEPROM as the silicon holds them now, PWD and PACK included."""
        return self._silicon.memory.image

    @property
    def assumed(self) -> frozenset[int]:
        """The pages whose content is a guess: unknown in the snapshot, and not written over since. A page that is
        OR-written stays a guess."""
        return self._silicon.assumed

    @property
    def counters(self) -> Mapping[int, int]:
        """The one-way counters by address, as they are now."""
        return self._silicon.counts()

    @property
    def auth_failures(self) -> int:
        """The failed password authentications that count towards AUTHLIM."""
        return self._silicon.password.failures

    @property
    def signature(self) -> bytes:
        """The answer to READ_SIG, 32 bytes."""
        return self._silicon.signature

    @property
    def state(self) -> State:
        """Where the tag stands in ISO/IEC 14443-3."""
        return self._silicon.state

    def power_up(self) -> None:
        """The field comes on: what waits for a power-up takes effect. Without effect on a powered tag."""
        self._silicon.power_up()

    def power_down(self) -> None:
        """The field goes off: authentication and all other volatile state is gone."""
        self._silicon.power_down()

    def select(self) -> bytes | None:
        """WUPA, anticollision and SELECT: the tag becomes ACTIVE and tells its UID; ``None`` when it has no power."""
        return self._silicon.select()

    def exchange(self, frame: bytes) -> Answer:
        """What the tag answers to ``frame``. After every refusal it is IDLE: silent until selected again."""
        return self._silicon.exchange(frame)

    def tear(self, frame: bytes, random: Random) -> None:
        """``exchange(frame)`` with the power lost while the EEPROM write that it starts is running. The tag is OFF
        afterwards.

        Static and dynamic lock page, page 3, counters and the failure counter hold their old or their new value
        whole. In every other page each bit that was to change is undefined: old or new, as ``random`` has it.
        """
        silicon = self._silicon
        image, counters, failures = silicon.memory.image, dict(silicon.counters.values), self.auth_failures
        assumed, assumes_failures = silicon.assumed, silicon.assumes_failures
        silicon.exchange(frame)
        silicon.memory.tear(image, random)
        silicon.counters.tear(counters, random)
        if self.auth_failures != failures and random.getrandbits(1):
            silicon.password.failures = failures
        silicon.assumed, silicon.assumes_failures = assumed, assumes_failures
        silicon.power_down()
