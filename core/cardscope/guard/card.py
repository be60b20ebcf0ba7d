"""What an APDU does to a card that speaks APDUs: ISO/IEC 7816-4, -8 and -9, GlobalPlatform, EMV, DESFire, SIM."""

from cardscope.decode.apdu import summary
from cardscope.decode.apdu_names import scope_of
from cardscope.decode.apdu_structure import CommandApdu
from cardscope.guard.knowledge import RESET_RETRY_COUNTER, VERIFICATION, Knowledge
from cardscope.guard.rules import rule
from cardscope.guard.verdict import Verdict, changing, harmless, permanent, unknown

_VERIFY = (0x20, 0x21)
_CHANGE_REFERENCE_DATA = (0x24, 0x25)
_MANAGE_SECURITY_ENVIRONMENT = 0x22
_STATUS_NOT_VERIFIED = 0xFF
_DESFIRE_MORE = 0xAF
_DESFIRE_NATIVE = frozenset((0x54, 0xCA, 0xDA))
"""Classes that a DESFire card, when spoken to without wrapping, takes for ChangeKeySettings, CreateApplication and
DeleteApplication, whose next byte can be anything: also that of an instruction that reads."""


def judge_card(apdu: CommandApdu, command: bytes, known: Knowledge | None) -> Verdict:
    """What ``apdu`` (``command`` as bytes), whose class is not the readers', does to the card."""
    scope = scope_of(apdu.cla)
    if apdu.cla in _DESFIRE_NATIVE or apdu.cla & 0xE0 == 0x20:  # 20 to 3F are reserved
        return not_understood(command)
    if scope == "iso":
        if apdu.ins in VERIFICATION or apdu.ins in RESET_RETRY_COUNTER:
            return _judge_try(apdu, command, known.tries_left(apdu) if known else None)
        if apdu.ins == _MANAGE_SECURITY_ENVIRONMENT:
            return _judge_security_environment(apdu, command)
    elif scope == "desfire" and apdu.ins == _DESFIRE_MORE and known and known.desfire is not None:
        # The next part of a command does what the command does.
        apdu = CommandApdu(apdu.cla, known.desfire, apdu.p1, apdu.p2, apdu.data, apdu.le, apdu.case)
    row = rule(scope, apdu.ins, apdu, known.selected(apdu) if known else b"")
    return row.verdict(summary(command)) if row else not_understood(command)


def not_understood(command: bytes) -> Verdict:
    """The verdict on what is not known, and may be anything."""
    return unknown("not_understood", f"{summary(command)}: could change the card; CardScope cannot tell.")


def _judge_try(apdu: CommandApdu, command: bytes, left: int | None) -> Verdict:
    words = summary(command)
    if apdu.ins in _VERIFY and not apdu.data:
        if apdu.p1 == _STATUS_NOT_VERIFIED:
            return changing(f"{words}: forgets that it was verified, and counts no try.")
        if not apdu.p1:
            return changing(f"{words}: without data it asks how many tries are left, and by the standard counts none.")
    if left == 1:
        text = f"{words}: it is the last try. A wrong value blocks the reference, perhaps for ever."
        return permanent("last_try", text)
    checked = apdu.data and apdu.p1 in ((0, 1) if apdu.ins in RESET_RETRY_COUNTER else (0,))
    if left is None or not checked:
        text = f"{words}: a wrong value uses up a try, and after the last one the card blocks."
        if apdu.ins in _CHANGE_REFERENCE_DATA or apdu.ins in RESET_RETRY_COUNTER:
            text = f"{words}: a wrong value uses up a try, or the old value is replaced unchecked and lost."
        return unknown("counts_try", text)
    if left == 0:
        return changing(f"{words}: no try is left, so it counts none.")
    return changing(f"{words}: {left} tries are left, and a wrong value uses one up.")


def _judge_security_environment(apdu: CommandApdu, command: bytes) -> Verdict:
    words = summary(command)
    # ISO/IEC 7816-4 §7.5.11: the low nibble 1 is SET, F3 is RESTORE; both last until the next reset.
    if apdu.p1 & 0x0F == 1 or apdu.p1 == 0xF3:
        return harmless(f"{words}: holds until the next reset.")
    return unknown("key", f"{words}: changes or erases a stored security environment, perhaps for good.")
