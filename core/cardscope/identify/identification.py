"""What is known of the card on a reader: the result of identification, and its stages."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cardscope.fields import Field
from cardscope.identify.chip_identity import ChipIdentity
from cardscope.identify.readout import TagReadout
from cardscope.identify.smart_card import FoundApplication
from cardscope.identify.state import TagState
from cardscope.readers.families import Family
from cardscope.tags.image import image_pages


class Stage(StrEnum):
    """How far an identification has come."""

    UID = "uid"
    CHIP = "chip"
    STATE = "state"
    APPLICATIONS = "applications"
    """Published with each application that is found, and when the last has been looked for."""


@dataclass(frozen=True, slots=True)
class Identification:
    """Everything that is known so far. What is not known yet, or does not apply, is ``None`` or empty."""

    reader: str
    insertion: int
    atr: bytes
    uid: bytes | None
    family: Family | None = None
    """The reader's family, as far as the card needed it; ``None``: storage-card commands only."""
    chip: ChipIdentity | None = None
    version_response: bytes = b""
    """The reader's whole answer to GET_VERSION, its wrapping included."""
    version_field: Field | None = None
    """The same decoded; for a smart card, what its chip answered to GET_VERSION, without a status word."""
    readout: TagReadout | None = None
    state: TagState | None = None
    permanent: tuple[str, ...] = ()
    """What of the state can never be undone."""
    ats: bytes = b""
    ats_field: Field | None = None
    applications: tuple[FoundApplication, ...] = ()
    applications_probed: bool = False
    cplc: bytes = b""
    cplc_field: Field | None = None
    withheld: str = ""
    """Why memory was not read although it could have been, a sentence: reading would count a counter up for ever, and
    nobody has allowed that. It is in the summary too."""
    summary: tuple[str, ...] = ()
    """What there is to say, a sentence each, the most important first."""
    complete: bool = False
    interrupted: str = ""
    """Why it ended early, a sentence; all before that stays true."""
    exchanges: int = 0
    """How many APDUs it took, the UID not counted."""

    def to_json(self) -> dict[str, Any]:
        """The object that scripts get: ``uid, uid_problems[], chip, signature, counters{}, memory{}, locks{}, cc,
        config, ndef, applications[], summary[]``. Objects and arrays are empty where there is nothing, or where nothing
        is known; the summary tells which."""
        state = self.state
        chip = self.chip.chip if self.chip is not None else None
        originality = state.originality if state is not None else None
        ndef = state.ndef_bytes if state is not None else None
        return {
            "uid": self.uid.hex().upper() if self.uid else None,
            "uid_problems": list(state.uid_problems) if state is not None else [],
            "chip": self.chip.to_json() if self.chip is not None else None,
            "signature": {"present": originality.present, "valid": originality.valid, "key": originality.key}
            if originality is not None
            else None,
            "counters": {str(address): count for address, count in state.counters.items()} if state is not None else {},
            "memory": {"pages": len(image_pages(chip)), "user_bytes": chip.user_bytes} if chip is not None else {},
            "locks": state.locks_json() if state is not None and state.static is not None else {},
            "cc": state.cc_json() if state is not None else None,
            "config": state.config_json() if state is not None else None,
            "ndef": {"bytes": ndef} if ndef is not None else None,
            "applications": [application.to_json() for application in self.applications],
            "summary": list(self.summary),
        }


@dataclass(frozen=True, slots=True)
class IdentificationStage:
    """What is published while an identification goes on."""

    stage: Stage
    identification: Identification
