"""What holds of every plan: random edits on a random tag, planned, rehearsed, and carried out on the silicon itself.

The check has its own idea of what is for ever, and its own way of sending the steps.
"""

from collections.abc import Iterator, Mapping
from random import Random

from cardscope.memory.credentials import Credentials
from cardscope.memory.draft import Draft
from cardscope.memory.mirror import mirrored
from cardscope.memory.page_access import TagAccess
from cardscope.memory.plan import Plan, PlanRefusal, Step, StepKind, plan_writes
from cardscope.memory.rehearsal import rehearse
from cardscope.memory.triple_des import TripleDesProof
from cardscope.tags.catalogue import Chip, Command, chips
from cardscope.tags.image import image_pages
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.answers import ACK
from cardscope.virtual.type2 import Type2Tag
from support.random_tags import field_value, random_tag, tlv_pages

_CHIPS = tuple(chips().values())
_MODELS = ("acr122u", "acr1252u", "transparent", "omnikey5321", "identiv4700")
_CASUAL = 0.05
_NATIVE = 0.85
"""How often the reader passes GET_VERSION on."""


class PlanCase:
    """One tag in a random state, what was read of it, and random edits of that. ``chip`` is any where none is named."""

    def __init__(self, random: Random, chip: Chip | None = None) -> None:
        self.random = random
        self.chip = chip or random.choice(_CHIPS)
        self.tag = random_tag(random, self.chip)
        self.secrets = _secrets(self.tag)
        self.base = _as_read(random, self.tag, self.secrets)
        access = TagAccess(self.base)
        opened = access.prot and not (access.protected or frozenset()).isdisjoint(self.base.pages)
        self.credentials = self.secrets if opened or random.random() < 0.7 else None
        self.draft = _random_draft(random, self.base)
        self.edits = len(self.draft.changes)

    def plan(self) -> tuple[Plan, int]:
        """The plan for what of the draft is not refused, and how many pages were."""
        draft, refused = self.draft, 0
        while True:
            try:
                return plan_writes(draft, password=self.credentials), refused
            except PlanRefusal as refusal:
                reasons = refusal.reasons
            assert all(reason.page in draft.changes and reason.text.endswith(".") for reason in reasons)
            for reason in reasons:
                draft = draft.without(reason.page)
            refused += len(reasons)


def check_plan(random: Random, chip: Chip | None = None) -> tuple[int, int]:
    """One random case; returns how many pages were staged and how many of them planned. Raises AssertionError where
    something does not hold."""
    case = PlanCase(random, chip)
    plan, refused = case.plan()
    before, text = _pages(case.tag), mirrored(case.tag.snapshot())
    thorough = random.random() < _CASUAL or (plan.approve is not None and random.random() < 0.3)
    writable = _writable(case.tag, case.secrets) if thorough else frozenset[int]()
    counters = dict(case.tag.counters)
    carry_out(plan, case.tag)
    after = _pages(case.tag)
    _check_prediction(plan, before, after, text)
    _check_counters(plan, counters, case.tag)
    _check_permanent(plan, before, after)
    _check_doubt(plan)
    if thorough:
        lost = writable - _writable(case.tag, _secrets(case.tag))
        named = {page for hazard in plan.hazards if hazard.permanent for page in hazard.pages}
        assert lost <= named, f"no permanent hazard names the loss of {sorted(lost - named)}"
    rehearsal = rehearse(plan, model=random.choice(_MODELS[: _models(case)]))
    assert rehearsal.problem == ""
    assert dict(rehearsal.predicted.pages) == dict(plan.predicted.pages)
    assert rehearsal.agrees
    return case.edits, case.edits - refused


def _models(case: PlanCase) -> int:
    """How many of the models can do it: the last one hands PACK on without a status word, which some then look like."""
    packs = (case.secrets.pack, case.draft.changes.get(case.chip.pack) if case.chip.pack is not None else None)
    return len(_MODELS) - any(pack is not None and pack[0] >> 4 == 6 for pack in packs)


def carry_out(plan: Plan, tag: Type2Tag) -> None:
    """Every step on the silicon, without any reader; each WRITE must be taken and leave what the step says."""
    tag.power_down()
    tag.power_up()
    tag.select()
    sector = 0
    for step in plan.steps:
        match step.kind:
            case StepKind.POWER_CYCLE:
                tag.power_down()
                tag.power_up()
                tag.select()
                sector = 0
            case StepKind.AUTHENTICATE:
                _authenticate(tag, step)
            case StepKind.WRITE:
                if step.page // 256 != sector:
                    sector = step.page // 256
                    assert tag.exchange(bytes((Command.SECTOR_SELECT, 0xFF))) == ACK
                    assert tag.exchange(bytes((sector, 0, 0, 0))) is None
                answer = tag.exchange(bytes((Command.WRITE, step.page % 256)) + step.new)
                assert answer == ACK, f"the silicon refuses {step}"
                assert _pages(tag)[step.page] == step.result
    tag.power_down()


def _authenticate(tag: Type2Tag, step: Step) -> None:
    credentials = step.credentials
    assert credentials is not None
    if credentials.key is None:
        assert credentials.password is not None
        pack = tag.exchange(bytes((Command.PWD_AUTH,)) + credentials.password)
        assert pack == (pack if credentials.pack is None else credentials.pack)
        assert isinstance(pack, bytes)
        return
    challenge = tag.exchange(bytes((Command.AUTHENTICATE, 0)))
    assert isinstance(challenge, bytes)
    proof = TripleDesProof(credentials.key, challenge[1:])
    answer = tag.exchange(b"\xaf" + proof.token)
    assert isinstance(answer, bytes)
    assert proof.is_proven_by(answer[1:])


def _check_prediction(
    plan: Plan, before: Mapping[int, bytes], after: Mapping[int, bytes], text: Mapping[int, frozenset[int]]
) -> None:
    """Bytes under a mirror (``text``) alone may be others than foreseen, in pages that are not written."""
    written = {step.page for step in plan.writes}
    for page, content in after.items():
        if page in written:
            assert plan.predicted.pages[page] == content
            continue
        assert content == before[page], f"page {page} was changed by no step"
        hidden = text.get(page, frozenset[int]())
        foreseen = plan.predicted.pages.get(page, content)
        assert all(foreseen[at] == content[at] for at in range(4) if at not in hidden)
    assert written >= {page for page in after if after[page] != before[page]}


def _check_counters(plan: Plan, before: Mapping[int, int], tag: Type2Tag) -> None:
    assert dict(tag.counters) == dict(before)
    assert all(tag.counters[address] == value for address, value in plan.predicted.counters.items())
    if plan.predicted.auth_failures is not None:
        assert tag.auth_failures == plan.predicted.auth_failures


def _check_permanent(plan: Plan, before: Mapping[int, bytes], after: Mapping[int, bytes]) -> None:
    permanent = [hazard for hazard in plan.hazards if hazard.permanent]
    for page, mask in _one_way_bits(plan.base.chip):
        new = int.from_bytes(after[page]) & ~int.from_bytes(before[page]) & mask
        lost = int.from_bytes(before[page]) & ~int.from_bytes(after[page]) & mask
        assert not lost, f"a one-way bit of page {page} went back"
        assert not new or any(hazard.page == page for hazard in permanent), f"no hazard names page {page}"
    locked = _locked(plan.base.chip, after) - _locked(plan.base.chip, before)
    assert locked <= {page for hazard in permanent for page in hazard.pages}
    assert (plan.approve is None) == (not permanent)


def _check_doubt(plan: Plan) -> None:
    """Where GET_VERSION was not answered, nothing is written that is special on this chip, and nothing without a
    permanent hazard that is special on another chip on which all that was read would be where it is."""
    base = plan.base
    if base.chip.version is None or base.version is not None:
        return
    owned = {page for area in base.chip.user_areas for page in area} | {2, 3}
    assert {step.page for step in plan.writes} <= owned, "a special page of a chip that may be another one"
    named = {hazard.page for hazard in plan.hazards if hazard.permanent}
    for chip in _CHIPS:
        pages = set(image_pages(chip))
        if chip.bcc and base.chip.bcc and base.pages.keys() <= pages and _fits(base.pages.get(3), chip):
            user = {page for area in chip.user_areas for page in area} | {2, 3}
            special = {step.page for step in plan.writes if step.page in pages - user}
            assert special <= named, f"no hazard says that pages {special - named} are special on the {chip.name}"


def _fits(page3: bytes | None, chip: Chip) -> bool:
    return page3 is None or bytes(a | b for a, b in zip(page3, chip.cc, strict=True)) == page3


def _one_way_bits(chip: Chip) -> Iterator[tuple[int, int]]:
    yield 2, 0x0000FFFF
    yield 3, 0xFFFFFFFF
    if (lock := chip.dynamic_lock) is not None:
        yield lock.page, 0xFFFFFFFF << 8 * (4 - lock.size) & 0xFFFFFFFF
    for name in ("CFGLCK", "REG_LOCK_NFC", "REG_LOCK_I2C"):
        if (place := chip.fields.get(name)) is not None:
            yield place.page, place.mask << 8 * (3 - place.byte)


def _locked(chip: Chip, pages: Mapping[int, bytes]) -> frozenset[int]:
    found = frozenset[int]()
    for lock in (chip.static_lock, chip.dynamic_lock):
        if lock is not None:
            found |= lock.locked_pages(pages[lock.page][lock.offset : lock.offset + lock.size])
    return found


def _pages(tag: Type2Tag) -> dict[int, bytes]:
    image = tag.image
    return {page: image[4 * at : 4 * at + 4] for at, page in enumerate(image_pages(tag.chip))}


def _secrets(tag: Type2Tag) -> Credentials:
    chip, pages = tag.chip, _pages(tag)
    if chip.key_pages is not None:
        return Credentials(key=b"".join(pages[page] for page in chip.key_pages))
    if chip.pwd is None or chip.pack is None:
        return Credentials()
    return Credentials(pages[chip.pwd], pages[chip.pack][:2])


def _writable(tag: Type2Tag, secrets: Credentials) -> frozenset[int]:
    """The pages that the owner of ``secrets`` can write from a new start, tried out on copies: one for all of user
    memory, whose content decides over nothing, and one for each other page."""
    chip = tag.chip
    user = [page for area in chip.user_areas for page in area]
    found = _tried(tag, secrets, user)
    for page in image_pages(chip):
        if page not in user:
            found |= _tried(tag, secrets, [page])
    return frozenset(found)


def _tried(tag: Type2Tag, secrets: Credentials, pages: list[int]) -> set[int]:
    copy = Type2Tag(tag.chip, tag.image, auth_failures=tag.auth_failures)
    found: set[int] = set()
    sector: int | None = None
    for page in pages:
        if sector != page // 256:
            sector = page // 256
            _enter(copy, secrets, sector)
        if copy.exchange(bytes((Command.WRITE, page % 256, 0, 0, 0, 0))) == ACK:
            found.add(page)
        else:
            sector = None
    return found


def _enter(tag: Type2Tag, secrets: Credentials, sector: int) -> None:
    """A new start, with the secret where one is needed, in ``sector``."""
    tag.power_down()
    tag.power_up()
    tag.select()
    if secrets.key is not None or (secrets.password is not None and not _is_open(tag.chip, _pages(tag))):
        try:
            _authenticate(tag, Step(0, None, b"", "", StepKind.AUTHENTICATE, credentials=secrets))
        except AssertionError:
            tag.select()  # it takes no password any more
    if sector:
        tag.exchange(bytes((Command.SECTOR_SELECT, 0xFF)))
        tag.exchange(bytes((sector, 0, 0, 0)))


def _is_open(chip: Chip, pages: Mapping[int, bytes]) -> bool:
    place = chip.fields.get("AUTH0")
    return place is None or (place.value(pages[place.page]) >= chip.auth0_end and "2K_PROT" not in chip.fields)


# ---- what is read of a tag -----------------------------------------------------------------------------------------


def _as_read(random: Random, tag: Type2Tag, secrets: Credentials) -> TagSnapshot:
    """What a reader would know of the tag: all that READ shows, text of the mirror in place of what is stored."""
    chip, full = tag.chip, tag.snapshot()
    hidden = {page for area in chip.unreadable for page in area}
    pages = {page: content for page, content in full.pages.items() if page not in hidden}
    covered = mirrored(full)
    if covered:
        twin = Type2Tag(chip, tag.image, counters=tag.counters)
        twin.power_up()
        twin.select()
        if secrets.password is not None:
            _authenticate(twin, Step(0, None, b"", "", StepKind.AUTHENTICATE, credentials=secrets))
        for page in covered:
            shown = twin.exchange(bytes((Command.READ, page)))
            assert isinstance(shown, bytes)
            pages[page] = shown[:4]
    unreadable: dict[int, str] = {}
    access = TagAccess(full)
    lost: set[int] = set()
    if random.random() < 0.2:
        lost.update(random.sample(sorted(set(pages) - {0, 1}), random.randint(1, 6)))
    auth0 = chip.fields.get("AUTH0")
    if access.prot and (access.exhausted or random.random() < 0.5):
        lost |= access.protected or set()  # read without the password
    # What the plan cannot know, it cannot foresee: a tag whose settings alone could not be read, and refuse a write.
    if auth0 is not None and auth0.page in lost:
        lost |= access.protected or set()
    if access.exhausted:
        lost.discard(chip.fields["AUTHLIM"].page)
    lost -= {chip.fields[name].page for name in ("TRANSFER_DIR", "2K_PROT") if name in chip.fields}
    for page in lost & pages.keys() - {0, 1}:
        del pages[page]
        unreadable[page] = "The tag did not answer."
    counters = dict(full.counters) if chip.counter_page is None and random.random() < 0.8 else dict[int, int]()
    # A tag that takes no password any more looks like any other: the plan must know, or it fails at its first step.
    failures = tag.auth_failures if access.exhausted else random.choice((None, tag.auth_failures))
    version = chip.version if random.random() < _NATIVE else None
    return TagSnapshot(chip, pages, None, counters, failures, version, unreadable)


# ---- random edits ----------------------------------------------------------------------------------------------------


def _random_draft(random: Random, base: TagSnapshot) -> Draft:
    chip, draft = base.chip, Draft(base)
    special = [page for page in image_pages(chip) if not any(page in area for area in chip.user_areas)]
    for _ in range(random.randint(1, 14)):
        page = random.choice(special if random.random() < 0.6 else image_pages(chip))
        draft = draft.with_page(page, _random_content(random, draft, page))
    if random.random() < 0.3:
        draft = draft.with_pages({p: block for p, block in tlv_pages(random).items() if random.random() < 0.6})
    if chip.key_pages is not None and random.random() < 0.2:
        draft = draft.with_pages({page: random.randbytes(4) for page in chip.key_pages})
    for name, place in chip.fields.items():
        if random.random() < 0.12 and draft.page(place.page) is not None:
            draft = draft.with_field(place, field_value(random, chip, name, place.mask >> place.low))
    return draft


def _random_content(random: Random, draft: Draft, page: int) -> bytes:
    held = draft.page(page)
    if held is None or random.random() < 0.3:
        return random.randbytes(4) if random.random() < 0.8 else bytes(4)
    mask = random.getrandbits(32) & random.getrandbits(32) & random.getrandbits(32)
    if random.random() < 0.5:
        mask &= random.getrandbits(32)
    value = int.from_bytes(held)
    value = value | mask if random.random() < 0.7 else value ^ mask
    content = value.to_bytes(4)
    for lock in (draft.chip.static_lock, draft.chip.dynamic_lock):
        if lock is not None and lock.page == page and random.random() < 0.9:
            end = lock.offset + lock.size
            bits = bytes(b & ~mask for b, mask in zip(content[lock.offset : end], lock.rfui, strict=True))
            content = held[: lock.offset] + bits + random.choice((held[end:], bytes(4 - end)))
    if page == draft.chip.pack and random.random() < 0.8:
        content = content[:2] + bytes(2)
    return content
