"""The states in which Dangerous Things delivers its NTAG216 implants, and what comes near.

Facts: pages 2 and E2 (226) as observed on several implants, the product page of the flexNExT, and public software for
these implants (hf_ntag_dt.lua of RfidResearchGroup/proxmark3).
"""

from collections.abc import Iterator
from typing import Final

from cardscope.identify.state import CC_PAGE, TagState

_CHIP: Final = "ntag216"
_STATIC: Final = bytes.fromhex("0F00")
"""Capability container locked, all block-lock bits set."""
_DYNAMIC: Final = bytes.fromhex("00007F")
"""All seven block-lock bits set, nothing locked."""
_AUTH0: Final = (0xE2, 0xE3)
_CC_APP: Final = bytes.fromhex("E1126D00")
_CC_BURNT: Final = bytes.fromhex("E1106F00")
_STAYS: Final = "page 3 is locked, so it stays so"
_PASSWORD: Final = (
    "Such an implant always has a password, and which one is disputed (FFFFFFFF, DNGR and NExT are named): do not "
    "guess, wrong tries may count, and do not use the lock or protect functions of generic apps."
)


def implant_sentences(state: TagState, *, certain: bool) -> tuple[str, ...]:
    """What there is to say about an NTAG216 in, or near, the state of such an implant; empty for any other tag.
    ``certain`` is whether it is certain that the chip is an NTAG216."""
    chip, static, dynamic = state.chip, state.static, state.dynamic
    if chip is None or chip.key != _CHIP or static is None or static.raw != _STATIC:
        return ()
    if dynamic is None:
        sentence = "Page 2 is that of a Dangerous Things implant; the other lock bytes could not be read."
    elif not any(dynamic.raw):
        sentence = (
            "This is half of how Dangerous Things prepares its NTAG216 implants: the static lock bytes are done, the "
            "dynamic ones are not, as after an interrupted run of the app. Pages 16 to 225 can still be locked."
        )
    elif dynamic.raw == _DYNAMIC:
        return (_verdict(state, certain=certain), *_container(state), _PASSWORD)
    else:
        return ()
    return (_conditional(sentence, certain=certain), _PASSWORD)


def _conditional(sentence: str, *, certain: bool) -> str:
    return sentence if certain else f"If it is an NTAG216, {sentence[0].lower()}{sentence[1:]}"


def _verdict(state: TagState, *, certain: bool) -> str:
    differences = [*_configuration_differs(state), *_container_differs(state), *_message_differs(state)]
    if differences:
        sentence = f"Its locks are as Dangerous Things delivers them, but {'; '.join(differences)}."
    else:
        sentence = (
            "This is how Dangerous Things delivers its NTAG216 implants: locks frozen on purpose, user memory "
            f"writable, configuration behind a password. {'It' if certain else 'Then it'} is healthy."
        )
    return _conditional(sentence, certain=certain)


def _configuration_differs(state: TagState) -> Iterator[str]:
    config = state.config
    if config is None:
        yield "the configuration could not be read"
        return
    if config.auth0 not in _AUTH0:
        if config.protects is None:
            yield "the configuration is not behind a password"
        elif config.auth0 > _AUTH0[-1]:
            yield f"the password protects no more than the pages from {config.auth0} on"
        else:
            yield f"the password protects user memory too, from page {config.auth0} on"
    if config.prot:
        yield "reading the protected pages needs the password too"
    if config.cfglck:
        yield "the configuration is frozen for ever"
    if config.authlim:
        yield f"only {config.authlim} wrong passwords are allowed, and a stranger who uses them up locks it for ever"
    if config.nfc_counter:
        yield "its NFC counter is on, and counts the first read after each power-up"


def _container_differs(state: TagState) -> Iterator[str]:
    """Page 3 is locked on such a tag: no fault of it can be mended."""
    cc, chip = state.cc, state.chip
    if cc is None:
        stored = next((region.data for region in state.regions if region.page == CC_PAGE), None)
        if stored is None:
            yield "the capability container could not be read"
        else:
            shown = stored.hex(" ").upper()
            yield f"its capability container is {shown}: no NFC device sees an NDEF tag, and {_STAYS}"
        return
    if cc.version[0] != 1:
        yield f"its capability container names version {cc.version[0]}, which NFC devices may refuse, and {_STAYS}"
    if not cc.size:
        yield f"its capability container announces no room for data, and {_STAYS}"
    elif chip is not None and cc.size > chip.user_bytes:
        yield f"its capability container announces {cc.size} bytes where there are {chip.user_bytes}, and {_STAYS}"
    if not cc.readable:
        yield f"its capability container tells NFC devices that reading is restricted, and {_STAYS}"
    if not cc.writable:
        yield f"its capability container tells NFC devices that the tag is read-only, and {_STAYS}"


def _message_differs(state: TagState) -> Iterator[str]:
    """That there is no message is no fault, and said elsewhere."""
    if state.ndef_bytes is not None and state.ndef_problems:
        yield f"its NDEF message claims {state.ndef_bytes} bytes, more than the tag has room for"


def _container(state: TagState) -> tuple[str, ...]:
    raw = state.cc.raw if state.cc is not None else b""
    if raw == _CC_APP:
        return ("Its capability container is E1 12 6D 00, as the Dangerous NFC app leaves it.",)
    if raw == _CC_BURNT:
        return ("One bit of its capability container is set for ever (6F instead of 6D), which does no harm.",)
    return ()
