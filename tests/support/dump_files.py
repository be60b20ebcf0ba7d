"""Files as other tools write them, and snapshots of every kind."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from cardscope.tags.catalogue import Chip
from cardscope.tags.image import CASCADE_TAG, factory_pages, image_pages
from cardscope.tags.snapshot import TagSnapshot
from cardscope.virtual.ready_cards import ready_card


def pages_of(total: int, contents: Mapping[int, str]) -> list[str]:
    """``total`` pages in hex: ``contents``, and 00 between."""
    return [contents.get(page, "00000000") for page in range(total)]


def spaced(text: str) -> str:
    return bytes.fromhex(text).hex(" ").upper()


def flipper_file(
    uid: str,
    pages: Iterable[str],
    *,
    version: int = 4,
    kind: str = "NTAG216",
    mifare_version: str = "0004040201001303",
    changes: Mapping[str, str | None] | None = None,
) -> str:
    """A file of that version. ``changes`` are other values by key; ``None`` leaves the line out."""
    pages = list(pages)
    device = {"Device type": "NTAG/Ultralight"} if version == 4 else {"Device type": kind}
    data_version = {"Data format version": "2", "NTAG/Ultralight type": kind} if version == 4 else {}
    lines: dict[str, str | None] = {
        "Filetype": "Flipper NFC device",
        "Version": str(version),
        **device,
        "UID": spaced(uid),
        "ATQA": "44 00" if version == 2 else "00 44",
        "SAK": "00",
        **(data_version if version != 3 else {"Data format version": "1"}),
        "Signature": spaced("00" * 32),
        "Mifare version": spaced(mifare_version),
    }
    for address in range(3):
        lines |= {f"Counter {address}": "0", f"Tearing {address}": "00"}
    lines["Pages total"] = str(len(pages))
    if version > 2:
        lines["Pages read"] = str(len(pages))
    lines |= {f"Page {number}": spaced(content) for number, content in enumerate(pages)}
    lines["Failed authentication attempts"] = "0"
    lines |= changes or {}
    text = "".join(f"{key}: {value}\n" for key, value in lines.items() if value is not None)
    return text.replace("UID:", "# UID is common for all formats\nUID:", 1)


@st.composite
def snapshots(draw: st.DrawFn, chip: Chip) -> TagSnapshot:
    """Any tag of ``chip``, as far as it is known."""
    uid = draw(st.binary(min_size=7, max_size=7).filter(lambda uid: CASCADE_TAG not in (uid[0], uid[3])))
    pages = factory_pages(chip, uid)
    changeable = [page for page in image_pages(chip) if page > 2 and page != chip.counter_page]
    pages |= draw(st.dictionaries(st.sampled_from(changeable), st.binary(min_size=4, max_size=4), max_size=8))
    dropped = draw(st.sets(st.sampled_from([page for page in image_pages(chip) if page > 1]), max_size=8))
    pages = {page: content for page, content in pages.items() if page not in dropped}
    counts = st.integers(0, chip.counter_max)
    addresses = [address for address in chip.counters if address != chip.counter_page]
    counters = draw(st.dictionaries(st.sampled_from(addresses), counts)) if addresses else {}
    if chip.counter_page is not None and chip.counter_page not in dropped:
        counters[chip.counter_page] = 0
    versions: list[Any] = [st.none(), st.binary(min_size=8, max_size=8)]
    if chip.version is not None:
        versions.append(st.just(chip.version))
    return TagSnapshot(
        chip,
        pages,
        draw(st.none() | st.binary(min_size=32, max_size=32)),
        counters,
        draw(st.none() | st.integers(0, 9)),
        draw(st.one_of(versions)),
        dict.fromkeys(sorted(dropped)[: draw(st.integers(0, 2))], "It did not answer."),
        draw(st.sampled_from(["", "ACS ACR122U 00 00"])),
        draw(st.none() | st.integers(0, 10**6).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))),
    )


def ready_tag(name: str = "ntag216-url") -> TagSnapshot:
    """The tag of a ready card, PWD and PACK included."""
    return ready_card(name).make_tag().snapshot()
