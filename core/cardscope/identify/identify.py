"""Finds out what the card of a session is and what state it is in, and tells so in stages.

Nothing is written and no password is tried. Where reading memory would move a counter, it is left until that is
allowed, as far as it can be found out before (see :mod:`cardscope.identify.tag_reader`).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from cardscope.decode.atr import Atr, decode_atr
from cardscope.decode.desfire_version import desfire_name
from cardscope.decode.tag_version import decode_version_response
from cardscope.errors import ReaderError
from cardscope.identify.chip_identity import Certainty, ChipIdentity
from cardscope.identify.identification import Identification, IdentificationStage, Stage
from cardscope.identify.probing import find_chip
from cardscope.identify.readout import TagReadout
from cardscope.identify.smart_card import (
    CARD_MANAGER,
    SmartCardLink,
    find_applications,
    read_ats,
    read_cplc,
    read_desfire_version,
    takes_any_name,
)
from cardscope.identify.state import TagState, describe
from cardscope.identify.summary import identity_sentences, permanent_sentences, summarise, weighed_identity
from cardscope.identify.tag_link import TagLink
from cardscope.identify.tag_reader import TagReader
from cardscope.readers.families import Family
from cardscope.readers.families import family as family_by_key
from cardscope.session import CardSession
from cardscope.worker import Worker

TYPE_2_CARDS: Final = frozenset((0x0000, 0x0003, 0x003A, 0x003D, 0xFF00))
"""PC/SC Part 3's card names that readers give to Type 2 tags: none, Ultralight, Ultralight C, Ultralight EV1, and
ACS's "unknown, SAK 00"."""
_TYPE_A: Final = "ISO 14443 A"
_NXP: Final = 0x04

Publish = Callable[[IdentificationStage], None]


async def identify(
    session: CardSession,
    *,
    family: str | None = None,
    probe_applications: bool = False,
    may_count: bool = False,
    publish: Publish,
) -> Identification:
    """Identifies the card of ``session``; ``publish`` gets each stage as it is reached, from within this call.

    ``family`` is the key of the reader family that the user chose, see :func:`cardscope.readers.families.family`;
    ``None`` finds it out. ``probe_applications`` looks for applications on cards that speak APDUs. ``may_count`` allows
    that reading counts an NFC counter up by one, for ever; without it such a tag's memory is ``withheld``.

    Never raises for a card or reader that fails: what was learned is returned, with ``interrupted``. Raises UsageError
    for a family that does not exist.
    """
    chosen = family_by_key(family) if family is not None else None
    atr = decode_atr(session.atr)
    if session.uid is None and atr.contactless:
        await session.read_uid()
    run = _Run(session, atr, publish)
    try:
        if _may_be_type2(atr):
            await run.tag(chosen, find=family is None, may_count=may_count)
        elif atr.storage is not None:
            run.named_by_reader()
        else:
            await run.smart_card(probe_applications=probe_applications)
    except ReaderError as error:
        await run.interrupted(str(error))
    return run.known


def _may_be_type2(atr: Atr) -> bool:
    storage = atr.storage
    return storage is not None and storage.nn in TYPE_2_CARDS and storage.standard.startswith(_TYPE_A)


class _Run:
    """One identification under way."""

    def __init__(self, session: CardSession, atr: Atr, publish: Publish) -> None:
        self._session = session
        self._atr = atr
        self._publish = publish
        self._stage = Stage.UID
        self._tag: TagReader | None = None
        self.known = Identification(session.reader, session.insertion, session.atr, session.uid)
        self._tell(Stage.UID)

    def _tell(self, stage: Stage) -> None:
        self._stage = stage
        self._publish(IdentificationStage(stage, self.known))

    # ---- Type 2 tags -------------------------------------------------------------------------------------------------

    async def tag(self, chosen: Family | None, *, find: bool, may_count: bool) -> None:
        storage = self._atr.storage
        link = TagLink(self._session, chosen)
        self._tag = TagReader(link, self._session.uid or b"")
        try:
            if find:
                await link.find_family()
            identity = await find_chip(link, self._tag, storage.nn if storage is not None else None)
            self.known = replace(self.known, family=link.family, chip=identity, exchanges=link.exchanges)
            if identity.version is not None:
                key = link.family.key if link.family is not None else ""
                response = link.version_response
                field = decode_version_response(response, identity.version, family=key)
                self.known = replace(self.known, version_response=response, version_field=field)
            self._tell(Stage.CHIP)
            await self._tag.read_state(identity, may_count=may_count)
            await link.close()
        finally:
            self.known = replace(self.known, exchanges=link.exchanges)
        await self._describe(identity)
        self.known = replace(self.known, complete=True)
        self._tell(Stage.STATE)

    async def _describe(self, identity: ChipIdentity) -> None:
        assert self._tag is not None
        readout = self._tag.readout(identity)
        state = await _described(readout)
        self.known = replace(
            self.known,
            chip=weighed_identity(readout, state),
            readout=readout,
            state=state,
            withheld=readout.withheld,
            summary=summarise(readout, state),
            permanent=permanent_sentences(state),
        )

    # ---- Cards that speak APDUs --------------------------------------------------------------------------------------

    async def smart_card(self, *, probe_applications: bool) -> None:
        # Over T=0 a command has data or an Le, never both.
        link = SmartCardLink(self._session, with_le=self._atr.contactless or 0 not in self._atr.protocols)
        self.known = replace(self.known, summary=(f"{self._atr.summary}.",))
        try:
            if self._atr.contactless:
                await self._chip_of_smart_card(link)
            if probe_applications:
                await self._applications(link)
        finally:
            self.known = replace(self.known, exchanges=link.exchanges)
        self.known = replace(self.known, complete=True)
        self._tell(Stage.APPLICATIONS if probe_applications else Stage.STATE)

    async def _chip_of_smart_card(self, link: SmartCardLink) -> None:
        ats, ats_field = await read_ats(link)
        version, field = await read_desfire_version(link)
        self.known = replace(self.known, ats=ats, ats_field=ats_field)
        if version:
            identity = _desfire(version)
            self.known = replace(
                self.known,
                chip=identity,
                version_response=version,
                version_field=field,
                summary=(*identity_sentences(identity), *self.known.summary),
            )
        self._tell(Stage.CHIP)

    async def _applications(self, link: SmartCardLink) -> None:
        try:
            sentence = await self._looked_for(link)
        finally:
            # Whoever shares the card might take the application that was selected last for its own.
            await self._session.reset()
        self.known = replace(self.known, applications_probed=True, summary=(*self.known.summary, sentence))

    async def _looked_for(self, link: SmartCardLink) -> str:
        """Finds the applications; what there is to say of them."""
        if await takes_any_name(link):
            return "It takes any name for that of an application, so nothing can be told of what is on it."
        async for application in find_applications(link):
            self.known = replace(self.known, applications=(*self.known.applications, application))
            self._tell(Stage.APPLICATIONS)
        names = [application.name for application in self.known.applications]
        if CARD_MANAGER in names:  # the last one, so it is selected now
            cplc, field = await read_cplc(link)
            self.known = replace(self.known, cplc=cplc, cplc_field=field)
        return f"Applications: {', '.join(names)}." if names else "None of the known applications is on it."

    def named_by_reader(self) -> None:
        """A memory card of another kind: what its reader says is all there is."""
        storage = self._atr.storage
        assert storage is not None
        reason = f"The reader says so in the ATR: {storage.standard}, {storage.card}."
        identity = ChipIdentity(storage.card, "", Certainty.LIKELY, (reason,))
        self.known = replace(self.known, chip=identity, complete=True, summary=(f"{storage.card}. {reason}",))
        self._tell(Stage.CHIP)

    # ---- A card that goes away ---------------------------------------------------------------------------------------

    async def interrupted(self, reason: str) -> None:
        """Describes what was learned, and marks it."""
        if self._tag is not None and self.known.chip is not None:
            await self._describe(self.known.chip)
        summary = (f"Not all could be read. {reason}", *self.known.summary)
        self.known = replace(self.known, interrupted=reason, summary=summary)
        self._tell(self._stage)


async def _described(readout: TagReadout) -> TagState:
    """:func:`describe`, on a thread of its own where there is a signature to check: that takes its time."""
    if readout.signature is None:
        return describe(readout)
    worker = Worker("Signature check")
    described = worker.call(partial(describe, readout))
    worker.stop()
    return await described


def _desfire(version: bytes) -> ChipIdentity:
    name = desfire_name(version)
    nxp = version[0] == _NXP
    if name and nxp:
        return ChipIdentity(name, "NXP", Certainty.CERTAIN, ("GET_VERSION says so.",), version)
    reason = "It answers GET_VERSION as DESFire does, with a type that is not known."
    return ChipIdentity(name or "DESFire-like chip", "NXP" if nxp else "", Certainty.GUESS, (reason,), version)
