"""Scripts of APDUs: plain text that is parsed, checked by the guard as a whole, and then run.

The format reads the scripts of scriptor and gscriptor (pcsc-tools) as they are, and adds to them. One statement a line;
``#`` begins a comment; a line that ends with ``\\`` goes on in the next one. Bytes are always hex, with or without
spaces, colons or commas; counts and seconds are decimal.

==================================== ====================================================================
``00 A4 00 00 02 3F 00``             sends the command
``reset``                            takes the card's power away and gives it back
``exit``                             ends the script
``let uid = FF CA 00 00 00``         sends the command and keeps the data of its answer
``let aid = bytes D2 76 00 00``      gives bytes a name
``00 B0 00 02 $nlen[1]``             puts bytes in: ``$uid``, ``$uid[0]``, ``$uid[0:4]``, ``$uid[-2:]``; ``$data`` and
                                     ``$sw`` are those of the last answer
``expect 90 00 or 61 ..``            the status word, ``.`` standing for any hex digit
``expect data 04 .. $uid[0] *``      the data, ``*`` standing for any number of bytes; ``or`` here too
``expect no data``                   the answer is a status word alone
``require …``                        as ``expect``, and ends the script when it does not hold
``repeat 5 as n from 00 step 04``    repeats what stands before ``end``; ``$n`` has as many bytes as ``from``, and what
                                     begins with ``as``, ``from`` or ``step`` may be left out
``pause "Turn the card over"``       waits until the user goes on
``wait for card within 30 s``        waits for a card; ``remove card`` waits until it is gone; without ``within``, 60 s
``follow 61/6C on``                  fetches the answer that ``61xx`` announces, and asks again with the length that
                                     ``6Cxx`` names; ``off`` at first. Also ``61`` or ``6C`` alone
==================================== ====================================================================

What is expected stands under the command whose answer it is about. Where scriptor ends a script or resets the card
because a *comment* has the word in it, CardScope reads a comment.
"""

from cardscope.scripts.parser import parse_script
from cardscope.scripts.results import (
    Ended,
    LineRefusal,
    Progress,
    ScriptRefused,
    StepKind,
    StepResult,
    Summary,
    Verdict,
    Waiting,
)
from cardscope.scripts.run import ScriptRun
from cardscope.scripts.script import Script
from cardscope.scripts.text import ScriptError

__all__ = [
    "Ended",
    "LineRefusal",
    "Progress",
    "Script",
    "ScriptError",
    "ScriptRefused",
    "ScriptRun",
    "StepKind",
    "StepResult",
    "Summary",
    "Verdict",
    "Waiting",
    "parse_script",
]
