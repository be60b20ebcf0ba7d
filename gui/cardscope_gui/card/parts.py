"""The parts of a card that there are bytes of, from what is known of it so far."""

from PySide6.QtCore import QCoreApplication

from cardscope.decode.atr import Atr
from cardscope.decode.tag_signature import decode_signature
from cardscope.decode.tag_uid import decode_uid
from cardscope.fields import Field
from cardscope.identify.identification import Identification
from cardscope_gui.card.parts_view import Part

_SHORT = {
    "Static lock bytes": "Static locks",
    "Dynamic lock bytes": "Dynamic locks",
    "Capability container": "CC",
}
"""Names for the strip, where the whole one would take a third of it."""


def parts_of(atr: Atr | None, known: Identification | None) -> list[Part]:
    """The ATR first, which a tag from a file does not have, then what was read, in the order in which the card has
    it."""
    parts = [_atr(atr)] if atr is not None else []
    if known is None:
        return parts
    if known.uid and not (known.state is not None and known.state.regions and known.state.regions[0].title == "UID"):
        # The pages of a tag show it with its check bytes, which is better.
        field = decode_uid(known.uid)
        parts.append(
            Part("uid", _tr("UID"), _tr("Serial number (UID)"), field.meaning, known.uid, field, _problems(field))
        )
    if known.version_response:
        words = " ".join(known.chip.reasons) if known.chip is not None else ""
        parts.append(
            Part(
                "version",
                _tr("Version"),
                _tr("Chip version (GET_VERSION)"),
                words,
                known.version_response,
                known.version_field,
                _problems(known.version_field),
            )
        )
    if known.ats:
        title = _tr("Answer to select (ATS)")
        parts.append(Part("ats", _tr("ATS"), title, "", known.ats, known.ats_field, _problems(known.ats_field)))
    parts += _memory(known)
    for number, found in enumerate(known.applications):
        title = f"{found.name}, AID {found.aid.hex().upper()}"
        summary = found.note or _tr("What it answered to SELECT.")
        key = f"application-{number}"
        parts.append(Part(key, found.name, title, summary, found.answer, found.field, _problems(found.field)))
    if known.cplc:
        title = _tr("Card production life cycle (CPLC)")
        parts.append(Part("cplc", _tr("CPLC"), title, "", known.cplc, known.cplc_field, _problems(known.cplc_field)))
    return parts


def _atr(atr: Atr) -> Part:
    title = _tr("Answer to reset (ATR)")
    return Part("atr", _tr("ATR"), title, atr.summary, atr.raw, atr.field, tuple(atr.problems))


def _memory(known: Identification) -> list[Part]:
    state, readout = known.state, known.readout
    if state is None:
        return []
    parts = [
        Part(
            f"memory-{region.page}-{region.title}",
            _SHORT.get(region.title, region.title),
            _tr("{part}, from page {page} on").format(part=region.title, page=region.page),
            region.field.meaning,
            region.data,
            region.field,
            _problems(region.field),
        )
        for region in state.regions
    ]
    if readout is not None and readout.signature is not None and state.originality is not None:
        field = decode_signature(readout.signature)
        summary = state.originality.text
        title = _tr("Originality signature (READ_SIG)")
        parts.append(Part("signature", _tr("Signature"), title, summary, readout.signature, field, _problems(field)))
    return parts


def _problems(field: Field | None) -> tuple[str, ...]:
    return tuple(field.all_problems()) if field is not None else ()


def _tr(text: str) -> str:
    return QCoreApplication.translate("CardParts", text)
