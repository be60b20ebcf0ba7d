"""Reports of NXP TagInfo, laid out as users of several versions published them."""

import pytest

from cardscope.dumps import DumpFormatError, load
from support.dump_files import pages_of

HEAD = """** TagInfo scan (version 4.23) 2017-07-14 10:40:47 **
Report Type: External

-- IC INFO ------------------------------

# IC manufacturer:
NXP Semiconductors

# IC type:
{type}

-- EXTRA ------------------------------

{extra}
-- FULL SCAN ------------------------------

# Detailed protocol information:
ID: 04:44:55:CA:60:57:81
ATQA: 0x4400
SAK: 0x00

# Memory content:
"""
TAIL = """
  *:locked & blocked, x:locked,
  +:blocked, .:un(b)locked, ?:unknown
  r:readable (write-protected),
  p:password protected, -:write-only
  P:password protected write-only

--------------------------------------
"""
FIRST = """[00] *  04:44:55 9D (UID0-UID2, BCC0)
[01] *  CA:60:57:81 (UID3-UID6)
[02] .  7C 48 00 00 (BCC1, INT, LOCK0-LOCK1)
[03] .  E1:10:3E:00 (OTP0-OTP3)
"""
LAST = """[82] .  00:00:00 BD (LOCK2-LOCK4, CHK)
[83] .  04 00 00 FF (CFG, MIRROR, AUTH0)
[84] .  00 05 -- -- (ACCESS)
[85] +P XX XX XX XX (PWD0-PWD3)
[86] +P XX XX -- -- (PACK0-PACK1)
"""
USER = "".join(f"[{page:02X}] .  {text[:2]} {text[2:4]} {text[4:6]} {text[6:]} |....|\n" for page, text in enumerate(
    pages_of(0x82, {4: "0300FE00"})
) if page > 3)  # fmt: skip
VERSION = """# Version information:
Vendor ID: NXP (0x04)
Type: NTAG (0x04)
Subtype: 50 pF (0x02)
Major version: 1 (0x01)
Minor version: V0 (0x00)
Storage size: 504 bytes (0x11)
Protocol: ISO/IEC 14443-3 (0x03)

# Originality check:
Signature verified with NXP public key
ECDSA signature:
* r: 0xE8372D9B4AF3680693DC5A1D083E0FB5
* s: 0xBB2D68550A7387ED149A13C2A7D4E99C

"""


def report(*, kind: str = "NTAG215", extra: str = VERSION, pages: str = FIRST + USER + LAST) -> bytes:
    return f"{HEAD.format(type=kind, extra=extra)}{pages}{TAIL}".encode()


def test_a_whole_report() -> None:
    dump = load(report(), "ntag.bin")
    tag = dump.snapshot
    assert (dump.format, tag.chip.key, tag.uid.hex().upper()) == ("taginfo", "ntag215", "044455CA605781")
    assert set(tag.pages) == set(range(0x85))
    assert tag.pages[2] == bytes.fromhex("7C480000")
    assert tag.pages[4] == bytes.fromhex("0300FE00")
    assert tag.pages[0x82] == bytes.fromhex("000000BD")
    assert tag.pages[0x84] == bytes.fromhex("00050000")
    assert tag.version == bytes.fromhex("0004040201001103")
    assert tag.signature == bytes.fromhex("E8372D9B4AF3680693DC5A1D083E0FB5BB2D68550A7387ED149A13C2A7D4E99C")
    assert dump.notes == ("The report leaves out reserved bytes of page 84: taken for 00.",)


def test_an_older_report_names_the_chip_alone() -> None:
    tag = load(report(extra="Full product name: NT2H1511G0DUx\n")).snapshot
    assert tag.chip.key == "ntag215"
    assert tag.version is None
    assert tag.signature is None


def test_a_password_that_the_app_found_is_kept_with_its_zeros() -> None:
    last = LAST.replace("+P XX XX XX XX", "+P FF FF FF FF").replace("+P XX XX --", "+P 00 00 --")
    tag = load(report(pages=FIRST + USER + last)).snapshot
    assert tag.pages[0x85] == b"\xff\xff\xff\xff"
    assert tag.pages[0x86] == bytes(4)


def test_pages_behind_a_password_are_not_known() -> None:
    hidden = "".join(f"[{page:02X}] ?p XX XX XX XX\n" for page in range(4, 0x82))
    dump = load(report(pages=FIRST + hidden + LAST.lower()))
    assert 4 not in dump.snapshot.pages
    assert 0x82 in dump.snapshot.pages
    assert dump.notes[0] == "The report does not tell what pages 04 to 81 hold."


def test_hidden_uid_pages_are_made_from_the_uid() -> None:
    pages = "[00] *\n[01] *\n" + "".join(FIRST.splitlines(keepends=True)[2:]) + USER + LAST
    dump = load(report(pages=pages))
    assert dump.snapshot.uid.hex().upper() == "044455CA605781"
    assert "pages 00 and 01" in dump.notes[0]
    with pytest.raises(DumpFormatError, match="hides the UID"):
        load(report(pages=pages).replace(b"ID: 04:44", b"No: 04:44"))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (report(kind="MIFARE Classic EV1 (MF1S50)", pages=""), "MF1S50"),
        (report(kind="MIFARE DESFire EV3 (MF3D83)", pages=""), "DESFire EV3"),
        (report(kind="NTAG203(F)", extra=""), r"NTAG203\(F\)"),
        (report(pages=FIRST + "[04] . 01 02 03\n"), "Line 42: Page 04 has 3 bytes"),
        (report(pages=FIRST + "[04 . 01 02 03\n"), "Line 42: .* no line of a page"),
        (report(pages=FIRST + "[03] . 01 02 03 04\n"), "Line 42: Page 03 is there a second time"),
        (report(pages=FIRST + USER + LAST + "[87] . 00 00 00 00\n"), "no page 87"),
        (report(pages=FIRST.replace("9D (", "9C (")), "BCC0"),
        (report().replace(b"ID: 04:44", b"ID: 04:45"), "Line 33: .* its pages hold 044455CA605781"),
        (b"<?xml version='1.0'?><scan></scan>", "XML"),
    ],
)
def test_bad_reports(file: bytes, words: str) -> None:
    with pytest.raises(DumpFormatError, match=words):
        load(file)
