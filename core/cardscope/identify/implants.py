"""The states in which Dangerous Things delivers its NTAG216 implants, and what comes near.

Facts: pages 2 and E2 (226) as observed on several implants, the product page of the flexNExT, and public software for
these implants (hf_ntag_dt.lua of RfidResearchGroup/proxmark3).
"""

from typing import Final

from cardscope.identify.state import TagState

_CHIP: Final = "ntag216"
_STATIC: Final = bytes.fromhex("0F00")
"""Capability container locked, all block-lock bits set."""
_DYNAMIC: Final = bytes.fromhex("00007F")
"""All seven block-lock bits set, nothing locked."""
_AUTH0: Final = (0xE2, 0xE3)
_CC_APP: Final = bytes.fromhex("E1126D00")
_CC_BURNT: Final = bytes.fromhex("E1106F00")


def implant_sentences(state: TagState) -> tuple[str, ...]:
    """What there is to say about an NTAG216 in, or near, the state of such an implant; empty for any other tag."""
    chip, static, dynamic = state.chip, state.static, state.dynamic
    if chip is None or chip.key != _CHIP or static is None or static.raw != _STATIC:
        return ()
    if dynamic is None:
        return ("Page 2 is that of a Dangerous Things implant; the other lock bytes could not be read.",)
    if not any(dynamic.raw):
        return (
            "This is half of how Dangerous Things prepares its NTAG216 implants: the static lock bytes are done, the "
            "dynamic ones are not, as after an interrupted run of the app. Pages 16 to 225 can still be locked.",
        )
    if dynamic.raw != _DYNAMIC:
        return ()
    return (_verdict(state), *_container(state))


def _verdict(state: TagState) -> str:
    config = state.config
    frozen = "locks frozen on purpose"
    if config is None:
        return f"The locks are as Dangerous Things delivers its NTAG216 implants ({frozen}); the rest is not readable."
    problems: list[str] = []
    if config.auth0 not in _AUTH0:
        if config.protects is None:
            problems.append("the configuration is not behind a password")
        elif config.auth0 > _AUTH0[-1]:
            problems.append(f"the password protects no more than the pages from {config.auth0} on")
        else:
            problems.append(f"the password protects user memory too, from page {config.auth0} on")
    if config.prot:
        problems.append("reading the protected pages needs the password too")
    if config.cfglck:
        problems.append("the configuration is frozen for ever")
    if config.authlim:
        problems.append(
            f"only {config.authlim} wrong passwords are allowed, and a stranger who uses them up locks it for ever"
        )
    if not problems:
        return (
            f"This is how Dangerous Things delivers its NTAG216 implants: {frozen}, user memory writable, "
            "configuration behind a password. It is healthy."
        )
    return (
        f"The locks are as Dangerous Things delivers its NTAG216 implants ({frozen}), but not the configuration: "
        f"{'; '.join(problems)}."
    )


def _container(state: TagState) -> tuple[str, ...]:
    raw = state.cc.raw if state.cc is not None else b""
    if raw == _CC_APP:
        return ("Its capability container is E1 12 6D 00, as the Dangerous NFC app leaves it.",)
    if raw == _CC_BURNT:
        return ("One bit of its capability container is set for ever (6F instead of 6D), which does no harm.",)
    return ()
