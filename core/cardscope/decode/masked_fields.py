"""Commands and answers as trees without their secrets."""

from collections.abc import Sequence
from dataclasses import replace

from cardscope.decode.apdu import decode_command
from cardscope.decode.apdu_names import instruction
from cardscope.decode.native_fields import decode_native, is_native
from cardscope.decode.response import decode_response
from cardscope.decode.secrets import MaskedCommand, Span, masked_hex, secret_answer_spans
from cardscope.decode.tag_parts import spelled
from cardscope.fields import Field
from cardscope.tags.catalogue import Chip


def decode_sent(command: bytes) -> Field:
    """``command`` as a tree: an APDU or a tag's own; what is both is the one that has a name."""
    if is_native(command) and (len(command) < 4 or instruction(command[0], command[1]) is None):
        return decode_native(command)
    return decode_command(command)


def decode_sent_masked(command: bytes, chip: Chip | None = None) -> Field:
    """``command`` as a tree in which no secret is, neither in hex nor in words."""
    without = MaskedCommand.of(command, chip)
    return _masked(decode_sent(without.known), without.known, without.secrets)


def decode_response_masked(command: bytes, response: bytes, chip: Chip | None = None) -> Field:
    """The same of what was answered to ``command``."""
    spans = secret_answer_spans(command, response)
    without = bytearray(response)
    for start, end in spans:
        without[start:end] = bytes(end - start)
    decoded = decode_response(MaskedCommand.of(command, chip).known, bytes(without), chip=chip)
    return _masked(decoded, bytes(without), spans)


def _masked(decoded: Field, data: bytes, spans: Sequence[Span]) -> Field:
    """``decoded`` was made from ``data``, which has 00 for each secret byte; here 00 must not pass for a value."""
    start, end = decoded.span
    if not any(start < stop and first < end for first, stop in spans):
        return decoded
    children = tuple(_masked(child, data, spans) for child in decoded.children)
    if children and decoded.value != spelled(data[start:end]):
        return replace(decoded, children=children)
    hidden = [(max(first, start) - start, min(stop, end) - start) for first, stop in spans]
    shown = masked_hex(data[start:end], [(first, stop) for first, stop in hidden if first < stop])
    whole = any(first <= start and end <= stop for first, stop in spans)
    meaning = "A secret: not shown." if whole and not children else decoded.meaning
    return replace(decoded, value=shown, meaning=meaning, problems=() if whole else decoded.problems, children=children)
