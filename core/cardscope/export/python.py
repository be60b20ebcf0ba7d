"""Commands as a Python program for pyscard."""

from typing import Final

from cardscope.export.program import Blank, Program, Step

_HEAD: Final = '''\
#!/usr/bin/env python3
"""Sends commands to a smart card. Needs pyscard (pip install pyscard).{notes}
"""

import sys

from smartcard.Exceptions import SmartcardException
from smartcard.scard import SCARD_LEAVE_CARD
from smartcard.System import readers

READER = {reader}  # the first reader is taken when there is none of this name
{blanks}

def send(name, command, expected):
    """Sends a command given in hex; ends the program when the status word is not the expected one."""
    apdu = list(bytes.fromhex(command))
    print("# " + name)
    print("> " + bytes(apdu).hex(" ").upper())
    try:
        data, sw1, sw2 = connection.transmit(apdu)
    except SmartcardException as error:
        if expected is not None:
            sys.exit(f"{{name}}: {{error}}")
        print(f"< {{error}}")
        return None
    print("< " + bytes([*data, sw1, sw2]).hex(" ").upper())
    if expected is not None and (sw1 << 8 | sw2) != expected:
        sys.exit(f"{{name}}: status word {{sw1:02X}}{{sw2:02X}}, expected {{expected:04X}}")
    return bytes(data)


try:
    found = readers()
except SmartcardException as error:
    sys.exit(f"No PC/SC service: {{error}}")
if not found:
    sys.exit("There is no reader.")
reader = next((each for each in found if str(each) == READER), found[0])
print(f"Reader: {{reader}}")
connection = reader.createConnection()
try:
    connection.connect(disposition=SCARD_LEAVE_CARD)
except SmartcardException as error:
    sys.exit(f"No connection to a card: {{error}}")

'''
_CHECK: Final = """
for name, value, size in ({rows},):
    if len(bytes.fromhex(value)) != size:
        sys.exit(f"Fill in {{name}} first: {{size}} bytes as hex.")
"""


def write_python(program: Program) -> str:
    """A program that sends all, prints all, and ends at the first other status word than the recorded one."""
    blanks = ""
    if program.blanks:
        lines = [f'{blank.name} = ""  # fill in {blank.request}' for blank in program.blanks]
        rows = ", ".join(f'("{blank.name}", {blank.name}, {blank.size})' for blank in program.blanks)
        blanks = "\n".join(lines) + "\n" + _CHECK.format(rows=rows)
    notes = "".join(f"\n\n{note}" for note in program.notes)
    head = _HEAD.format(reader=repr(program.reader), blanks=blanks, notes=notes)
    return head + "".join(f"{_call(step)}\n" for step in program.steps) + "\nconnection.disconnect()\n"


def _call(step: Step) -> str:
    command = " + ".join(part.name if isinstance(part, Blank) else f'"{part}"' for part in step.parts)
    return f"send({step.label!r}, {command}, {'None' if step.status is None else f'0x{step.status:04X}'})"
