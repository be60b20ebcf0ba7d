"""``cardscope inspect`` as a script runs it: the keys of its JSON, and cards that go, or that count."""

import asyncio
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cardscope.decode.atr import decode_atr
from cardscope.identify.smart_card import applications
from cardscope.readers.families import families
from cardscope.virtual.ready_cards import ready_card
from support.cards import TYPE2_ATR, Do, RawCard
from support.pcscd import READERS, PrivatePcscd
from support.program import command, program

KEYS = [
    "reader", "atr", "uid", "uid_problems", "chip", "signature", "counters", "memory", "locks", "cc", "config", "ndef",
    "applications", "summary",
]  # fmt: skip
ATR_KEYS = [
    "hex", "valid", "problems", "convention", "protocols", "historical", "tck", "parameters", "card", "matches",
]  # fmt: skip
UID = "04216216C01680"
"""Of the ready card ntag216."""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=30, check=False)


async def run_async(*arguments: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(run, *arguments)


def inspected(*arguments: str) -> dict[str, Any]:
    done = run("inspect", "--json", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return checked(done.stdout)


def checked(text: str) -> dict[str, Any]:
    """The object, which has every key, and under each what is promised for any card."""
    found: dict[str, Any] = json.loads(text)
    assert list(found) == KEYS
    assert list(found["atr"]) == ATR_KEYS
    assert found["atr"]["tck"].keys() == {"present", "expected", "correct"}
    for key, kinds in {
        "reader": (str,),
        "uid": (str, type(None)),
        "uid_problems": (list,),
        "chip": (dict, type(None)),
        "signature": (dict, type(None)),
        "counters": (dict,),
        "memory": (dict,),
        "locks": (dict,),
        "cc": (dict, type(None)),
        "config": (dict, type(None)),
        "ndef": (dict, type(None)),
        "applications": (list,),
        "summary": (list,),
    }.items():
        assert isinstance(found[key], kinds), key
    for key, inner in {
        "chip": {"name", "vendor", "version", "certainty"},
        "signature": {"present", "valid", "key"},
        "memory": {"pages", "user_bytes"},
        "locks": {"static", "dynamic", "frozen"},
        "config": {"auth0", "prot", "cfglck", "authlim", "mirror", "nfc_counter"},
    }.items():
        assert not found[key] or found[key].keys() == inner
    assert found["summary"]
    assert all(sentence.endswith(".") for sentence in found["summary"])
    return found


@pytest.mark.parametrize("model", ["generic", *families()])
def test_an_implant_on_every_reader(no_pcscd: PrivatePcscd, model: str) -> None:
    found = inspected("--virtual", "ntag216-implant", "--reader-model", model, "--reader-family", model)
    native = model != "generic"
    assert found["uid"] == ready_card("ntag216-implant").make_tag().uid.hex().upper()
    assert found["atr"] | {"matches": []} == decode_atr(TYPE2_ATR).to_json() | {"matches": []}
    assert found["chip"] == {
        "name": "NTAG216",
        "vendor": "NXP",
        "version": "0004040201001303" if native else None,
        "certainty": "certain" if native else "likely",
    }
    assert (found["signature"] is not None) is native
    assert found["memory"] == {"pages": 231, "user_bytes": 888}
    assert found["locks"] == {"static": [3], "dynamic": [], "frozen": list(range(3, 226))}
    assert found["cc"]["raw"] == "E1106D00"
    assert found["config"]["auth0"] == 0xE3
    assert (found["config"]["prot"], found["config"]["cfglck"]) == (False, False)
    verdict = "It is healthy." if native else "Then it is healthy."
    assert any(verdict in sentence for sentence in found["summary"])
    assert any(sentence.startswith("If it is an NTAG216, this is how") for sentence in found["summary"]) is not native


@pytest.mark.parametrize(
    ("name", "model", "chip"),
    [
        ("ntag213-password", "acr122u", "NTAG213"),
        ("ntag213-clone", "transparent", "NTAG213"),
        ("ntag215-half-locked", "omnikey5321", "NTAG215"),
        ("ntag216-url", "acr1252u", "NTAG216"),
        ("mf0icu2", "identiv4700", "MIFARE Ultralight C"),
        ("mf0ul21", "acr122u", "MF0UL21"),
        ("nt3h2211", "transparent", "NT3H2211"),
    ],
)
def test_ready_cards(no_pcscd: PrivatePcscd, name: str, model: str, chip: str) -> None:
    found = inspected("--virtual", name, "--reader-model", model, "--reader-family", model)
    assert found["chip"]["name"] == chip
    assert found["uid"] == ready_card(name).make_tag().uid.hex().upper()
    text = run("inspect", "--virtual", name, "--reader-model", model, "--reader-family", model)
    assert (text.returncode, text.stderr) == (0, "")
    assert text.stdout.splitlines()[0] == found["summary"][0]
    assert f"UID            {bytes.fromhex(found['uid']).hex(' ').upper()}\n" in text.stdout


def test_a_copy_is_not_called_certain(no_pcscd: PrivatePcscd) -> None:
    found = inspected("--virtual", "ntag213-clone", "--reader-model", "acr122u", "--reader-family", "acr122u")
    assert found["chip"]["certainty"] == "likely"
    assert any(sentence.startswith("Its signature is of no known key: a clone") for sentence in found["summary"])


def test_settings_are_those_that_the_chip_has(no_pcscd: PrivatePcscd) -> None:
    reader = ("--reader-model", "acr122u", "--reader-family", "acr122u")
    text = run("inspect", "--virtual", "mf0icu2", *reader).stdout
    assert "Configuration  AUTH0 30, AUTH1 0\n" in text
    assert not any(word in text for word in ("CFGLCK", "AUTHLIM", "mirror", "NFC counter"))
    text = run("inspect", "--virtual", "mf0ul11", *reader).stdout
    assert "Configuration  AUTH0 FF, PROT no, CFGLCK no, AUTHLIM 0\n" in text


def test_a_card_with_contacts(no_pcscd: PrivatePcscd) -> None:
    found = inspected("--virtual", "teaching-t0")
    assert (found["uid"], found["chip"], found["cc"], found["config"]) == (None, None, None, None)
    assert (found["memory"], found["locks"], found["counters"], found["applications"]) == ({}, {}, {}, [])
    assert (
        "UID            unknown: Cards with contacts have no UID.\n"
        in run("inspect", "--virtual", "teaching-t0").stdout
    )


@pytest.mark.parametrize("name", ["teaching", "teaching-t0", "teaching-contactless"])
def test_applications_are_looked_for_on_request(no_pcscd: PrivatePcscd, name: str) -> None:
    unasked = inspected("--virtual", name)
    asked = inspected("--virtual", name, "--applications")
    assert unasked["applications"] == []
    assert len(asked["summary"]) == len(unasked["summary"]) + 1
    known = {application.name for application in applications()}
    assert {application["name"] for application in asked["applications"]} <= known


async def test_through_the_service(pcscd: PrivatePcscd) -> None:
    serving = ("virtual", "ntag216", "--reader-model", "acr122u", "--vpcd", str(pcscd.port))
    async with program("watch", "--json") as watch, program(*serving):
        await watch.record("card_inserted")
        done = await run_async("inspect", "--json", "--reader", READERS[0])
        text = await run_async("inspect")
    assert (done.returncode, done.stderr) == (0, "")
    found = checked(done.stdout)
    assert found["reader"] == READERS[0]
    assert found["uid"] == UID
    assert found["chip"]["certainty"] == "certain"
    assert found["locks"] == {"static": [], "dynamic": [], "frozen": []}
    assert text.returncode == 0
    assert "04 21 62 16 C0 16 80" in text.stdout


async def test_a_tag_that_counts_is_read_when_that_is_allowed(pcscd: PrivatePcscd, tmp_path: Path) -> None:
    image = bytearray(ready_card("ntag216").make_tag().image)
    image[4 * 0xE4] |= 0x10  # NFC_CNT_EN
    file = tmp_path / "counting.bin"
    file.write_bytes(image)
    serving = ("virtual", "ntag216", "--reader-model", "acr122u", "--image", str(file), "--vpcd", str(pcscd.port))
    async with program("watch", "--json") as watch, program(*serving):
        await watch.record("card_inserted")
        for _ in range(2):
            withheld = checked((await run_async("inspect", "--json")).stdout)
            assert (withheld["counters"], withheld["config"], withheld["locks"]) == ({"2": 0}, None, {})
            assert any("--count" in sentence for sentence in withheld["summary"])
        read = checked((await run_async("inspect", "--json", "--count")).stdout)
    assert read["counters"] == {"2": 1}
    assert read["config"]["nfc_counter"] is True


async def test_a_card_that_is_pulled_meanwhile_leaves_what_was_learned(pcscd: PrivatePcscd) -> None:
    answers = {
        "FFCA000000": UID + "9000",
        "FF00000003D44260": "D54300" + "0004040201001303" + "9000",
    }

    def answer(sent: bytes) -> bytes | Do:
        known = answers.get(sent.hex().upper())
        return bytes.fromhex(known) if known is not None else Do.VANISH

    for options in (["--json"], []):
        pcscd.wait_until_empty()
        async with program("watch", "--json") as watch:
            serving = asyncio.ensure_future(RawCard(answer).serve(pcscd.port))
            await watch.record("card_inserted")
            done = await run_async("inspect", "--reader-family", "acr122u", *options)
            await serving
        assert done.returncode == 4
        assert "in the middle of a command" in done.stderr
        assert "Traceback" not in done.stderr
        if options:
            found = checked(done.stdout)
            assert found["uid"] == UID
            assert found["chip"]["name"] == "NTAG216"
            assert found["summary"][0].startswith("Not all could be read.")
        else:
            assert done.stdout.startswith("Not all could be read.")
            assert "NTAG216" in done.stdout


def test_a_family_that_does_not_exist(no_pcscd: PrivatePcscd) -> None:
    done = run("inspect", "--virtual", "ntag216", "--reader-family", "acr")
    assert done.returncode == 2
    assert "generic, acr122u" in done.stderr
    assert done.stdout == ""


def test_the_help_names_every_family() -> None:
    text = " ".join(run("inspect", "--help").stdout.split())
    (listed,) = re.findall(r"go through the reader: ([a-z0-9, ()]+);", text)
    assert re.split(r", | or ", listed.replace(" (not at all)", "")) == ["generic", *families()]
