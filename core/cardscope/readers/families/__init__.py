"""How each family of readers carries a tag's native commands. Pure: bytes in, bytes out."""

from cardscope.readers.families.envelopes import ACK
from cardscope.readers.families.failure import FailureKind, NativeFailure
from cardscope.readers.families.family import (
    FIRMWARE_REQUEST,
    GENERIC,
    PROBES,
    Family,
    WriteRoute,
    families,
    family,
    family_of_probe,
    family_of_reader,
)

__all__ = [
    "ACK",
    "FIRMWARE_REQUEST",
    "GENERIC",
    "PROBES",
    "FailureKind",
    "Family",
    "NativeFailure",
    "WriteRoute",
    "families",
    "family",
    "family_of_probe",
    "family_of_reader",
]
