"""The originality signature of NXP tags, taken apart."""

from cardscope.fields import Field

SIGNATURE_SIZE = 32
_HALF = 16


def decode_signature(signature: bytes) -> Field:
    """The two numbers of the ECDSA signature over secp128r1 in ``signature``, 32 bytes as READ_SIG answers them.

    Source: NXP NTAG213/215/216 data sheet rev. 3.2 §8.7 (curve); AN11350 as proxmark3's originality.c has it (r before
    s, most significant byte first).
    """
    half = min(_HALF, len(signature))
    children = (
        Field("r", (0, half), signature[:half].hex().upper(), "The first number of the ECDSA signature."),
        Field("s", (half, len(signature)), signature[half:].hex().upper(), "The second number."),
    )
    problems = () if len(signature) == SIGNATURE_SIZE else (f"A signature has {SIGNATURE_SIZE} bytes.",)
    meaning = "NXP signs the UID with a key of its own. That a signature is right does not exclude a copy of both."
    return Field("Originality signature", (0, len(signature)), "", meaning, problems, children)
