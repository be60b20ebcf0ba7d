"""Tags in random states, with what matters to a plan more often than chance would have it."""

from random import Random

from cardscope.tags.catalogue import Chip
from cardscope.tags.image import factory_pages, image_pages
from cardscope.virtual.type2 import Type2Tag

UID = bytes.fromhex("04E141124C2880")
_BLOCKS = (
    "00",
    "0103A00C34",
    "0203F00003",
    "0300",
    "0305D101015500",
    "0309D1010555046162",
    "03FF0101D1",
    "FE",
    "FD0155",
)


def random_tag(random: Random, chip: Chip) -> Type2Tag:
    """A ``chip`` in a random state."""
    pages = factory_pages(chip, UID)
    for area in chip.user_areas:
        for page in random.sample(area, min(len(area), 12)):
            pages[page] = random.randbytes(4)
    if random.random() < 0.5:
        pages |= tlv_pages(random)
    if random.random() < 0.5:
        pages[2] = pages[2][:2] + bytes((_sparse(random), _sparse(random)))
    if random.random() < 0.3:
        pages[3] = bytes(byte | _sparse(random) for byte in pages[3])
    if (lock := chip.dynamic_lock) is not None and random.random() < 0.5:
        bits = bytes(_sparse(random) & ~mask for mask in lock.rfui)
        pages[lock.page] = bits + pages[lock.page][lock.size :]
    for name, place in chip.fields.items():
        if random.random() < 0.3:
            content = bytearray(pages[place.page])
            value = field_value(random, chip, name, place.mask >> place.low)
            content[place.byte] = content[place.byte] & ~place.mask | value << place.low
            pages[place.page] = bytes(content)
    if chip.pwd is not None and chip.pack is not None and random.random() < 0.6:
        pages[chip.pwd] = random.randbytes(4)
        pages[chip.pack] = random.randbytes(2) + bytes(2)
    for page in chip.key_pages or ():
        pages[page] = random.randbytes(4)
    if chip.counter_page is not None:
        pages[chip.counter_page] = random.randbytes(2) + bytes(2)
    counters = {address: random.randrange(1000) for address in chip.counters if address != chip.counter_page}
    failures = random.choice((0, 0, 1, 3)) if chip.pwd is not None else 0
    image = b"".join(pages[page] for page in image_pages(chip))
    return Type2Tag(chip, image, counters=counters, auth_failures=failures)


def tlv_pages(random: Random) -> dict[int, bytes]:
    """The beginning of a data area, with blocks as they may stand there and the bytes of the last one cut off."""
    data = b"".join(bytes.fromhex(random.choice(_BLOCKS)) for _ in range(10))
    return {page: data[4 * at : 4 * at + 4] for at, page in enumerate(range(4, 4 + min(len(data) // 4, 12)))}


def _sparse(random: Random) -> int:
    return random.getrandbits(8) & random.getrandbits(8) & random.getrandbits(8)


def field_value(random: Random, chip: Chip, name: str, most: int) -> int:
    """A value for the configuration field ``name``, 0 to ``most``."""
    if name in ("CFGLCK", "TRANSFER_DIR", "REG_LOCK_NFC", "NFC_DIS_SEC1") and random.random() < 0.7:
        return int(name == "TRANSFER_DIR")
    if name in ("AUTH0", "MIRROR_PAGE"):
        last = chip.auth0_end
        return random.choice((0, 2, 3, 4, 10, last - 20, last - 6, last - 3, last - 1, last, 0xFF)) & 0xFF
    return random.randint(0, most)
