"""Commands as a Node program for the package pcsclite."""

import json
from typing import Final

from cardscope.export.program import Blank, Program, Step

_HEAD: Final = """\
// Sends commands to a smart card. Needs the package pcsclite (npm install pcsclite).
{notes}"use strict";

const READER = {reader}; // the first reader is taken when there is none of this name
{blanks}
const COMMANDS = [
  // name, command in hex, expected status word or null
"""
_TAIL: Final = """\
];

function transmit(reader, protocol, apdu) {
  return new Promise((resolve, reject) =>
    reader.transmit(apdu, 65538, protocol, (error, answer) => (error ? reject(error) : resolve(answer))));
}

function connect(reader) {
  return new Promise((resolve, reject) =>
    reader.connect({ share_mode: reader.SCARD_SHARE_SHARED }, (error, protocol) =>
      error ? reject(error) : resolve(protocol)));
}

function spelled(bytes) {
  return bytes.toString("hex").toUpperCase().replace(/(..)(?=.)/g, "$1 ");
}

async function run(reader) {
  console.log(`Reader: ${reader.name}`);
  const protocol = await connect(reader);
  for (const [name, command, expected] of COMMANDS) {
    const apdu = Buffer.from(command.replace(/\\s/g, ""), "hex");
    console.log(`# ${name}\\n> ${spelled(apdu)}`);
    const answer = await transmit(reader, protocol, apdu);
    console.log(`< ${spelled(answer)}`);
    const status = answer.subarray(-2).toString("hex").toUpperCase();
    if (expected !== null && status !== expected) {
      throw new Error(`${name}: status word ${status}, expected ${expected}`);
    }
  }
  await new Promise((resolve) => reader.disconnect(reader.SCARD_LEAVE_CARD, resolve));
}

function finish(error) {
  if (error) console.error(error.message);
  process.exit(error ? 1 : 0);
}

const pcsc = require("pcsclite")();
const found = [];
pcsc.on("error", finish);
pcsc.on("reader", (reader) => {
  reader.on("error", () => {});
  found.push(reader);
});
// All readers that are there are told of together, soon after the start.
setTimeout(() => {
  const reader = found.find((each) => each.name === READER) || found[0];
  if (reader) run(reader).then(() => finish(), finish);
  else finish(new Error("There is no reader."));
}, 1000);
"""
_CHECK: Final = """
for (const [name, value, size] of [{rows}]) {{
  if (!new RegExp(`^\\\\s*([0-9A-Fa-f]{{2}}\\\\s*){{${{size}}}}$`).test(value)) {{
    console.error(`Fill in ${{name}} first: ${{size}} bytes as hex.`);
    process.exit(1);
  }}
}}
"""


def write_node(program: Program) -> str:
    """A program that sends all, prints all, and ends at the first other status word than the recorded one."""
    blanks = ""
    if program.blanks:
        lines = [f'const {blank.name} = ""; // fill in {blank.request}' for blank in program.blanks]
        rows = ", ".join(f'["{blank.name}", {blank.name}, {blank.size}]' for blank in program.blanks)
        blanks = "\n".join(lines) + "\n" + _CHECK.format(rows=rows)
    notes = "".join(f"// {note}\n" for note in program.notes)
    head = _HEAD.format(reader=json.dumps(program.reader), blanks=blanks, notes=notes)
    return head + "".join(f"  {_row(step)},\n" for step in program.steps) + _TAIL


def _row(step: Step) -> str:
    command = " + ".join(part.name if isinstance(part, Blank) else f'"{part}"' for part in step.parts)
    expected = "null" if step.status is None else f'"{step.status:04X}"'
    return f"[{json.dumps(step.label)}, {command}, {expected}]"
