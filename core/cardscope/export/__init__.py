"""Exchanges to be carried away: as programs and scripts for the clipboard, and as transcript files.

PINs, passwords and keys are left out unless a caller asks for them with ``include_secrets=True``.
"""

from cardscope.export.copying import CopyFormat, check_number, copied
from cardscope.export.exchange import ExportedExchange, ExportError
from cardscope.export.saving import SAVE_FORMATS, SaveFormat, TranscriptFile

__all__ = [
    "SAVE_FORMATS",
    "CopyFormat",
    "ExportError",
    "ExportedExchange",
    "SaveFormat",
    "TranscriptFile",
    "check_number",
    "copied",
]
