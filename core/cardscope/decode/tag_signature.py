"""The originality signature of NXP tags, taken apart."""

from typing import Final

from cardscope.decode.tag_parts import octet, spelled
from cardscope.fields import Field
from cardscope.tags.originality import SIGNATURE_SIZE

_HALF: Final = 16


def decode_signature(signature: bytes) -> Field:
    """The two numbers of the ECDSA signature over secp128r1 in ``signature``, 32 bytes as READ_SIG answers them.

    Source: NXP NTAG213/215/216 data sheet rev. 3.2 §8.7 (curve); AN11350 as proxmark3's originality.c has it (r before
    s, most significant byte first).
    """
    numbers = (
        octet("r", 0, signature[:_HALF], "The first number of the ECDSA signature."),
        octet("s", _HALF, signature[_HALF:], "The second number."),
    )
    children = tuple(number for number in numbers if number.value)
    problems = () if len(signature) == SIGNATURE_SIZE else (f"A signature has {SIGNATURE_SIZE} bytes.",)
    meaning = (
        "NXP signs the UID of each chip that it makes. A right signature shows that NXP gave out this UID, but not "
        "that this chip is the one: UID and signature can be copied together."
    )
    return Field("Originality signature", (0, len(signature)), spelled(signature), meaning, problems, children)
