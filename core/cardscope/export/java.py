"""Commands as a Java program for javax.smartcardio."""

import json
from collections.abc import Iterator
from typing import Final

from cardscope.export.program import Blank, Program, Step

_METHOD_COMMANDS: Final = 500
"""A method has 65,535 bytes of code at most."""
_LONGEST_LITERAL: Final = 60_000
"""A string constant has 65,535 bytes at most."""

_HEAD: Final = """\
// Sends commands to a smart card: save as CardCommands.java, then run "java CardCommands.java" (Java 11 or later).
// When no PC/SC service is found on Linux: java -Dsun.security.smartcardio.library=/path/to/libpcsclite.so.1 …
{notes}
import java.nio.ByteBuffer;
import javax.smartcardio.*;

public class CardCommands {{
    // The first reader is taken when there is none of this name.
    static final String READER = {reader};
{blanks}
    static CardChannel channel;

    static byte[] bytes(String hex) {{
        String digits = hex.replaceAll("\\\\s", "");
        byte[] bytes = new byte[digits.length() / 2];
        for (int i = 0; i < bytes.length; i++) {{
            bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
        }}
        return bytes;
    }}

    static String hex(byte[] bytes, int length) {{
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {{
            text.append(String.format(i == 0 ? "%02X" : " %02X", bytes[i]));
        }}
        return text.toString();
    }}

    static void end(String sentence) {{
        System.err.println(sentence);
        System.exit(1);
    }}

    static void blank(String name, String value, int size) {{
        if (!value.matches("\\\\s*([0-9A-Fa-f]{{2}}\\\\s*){{" + size + "}}")) {{
            end("Fill in " + name + " first: " + size + " bytes as hex.");
        }}
    }}

    // Sends a command given in hex; ends the program when the status word is not the expected one (-1: any).
    static void send(String name, String command, int expected) throws CardException {{
        byte[] apdu = bytes(command);
        System.out.println("# " + name);
        System.out.println("> " + hex(apdu, apdu.length));
        byte[] answer = new byte[65538];
        int length = channel.transmit(ByteBuffer.wrap(apdu), ByteBuffer.wrap(answer));
        System.out.println("< " + hex(answer, length));
        int sw = length < 2 ? -1 : (answer[length - 2] & 0xFF) << 8 | answer[length - 1] & 0xFF;
        if (expected >= 0 && sw != expected) {{
            end(String.format("%s: status word %04X, expected %04X", name, sw & 0xFFFF, expected));
        }}
    }}

    static void leftOut(String name, String why) {{
        System.out.println("# " + name);
        System.out.println("not sent: " + why);
    }}

    public static void main(String[] arguments) throws CardException {{
{checks}        // Otherwise Java follows 61xx and 6Cxx by itself.
        System.setProperty("sun.security.smartcardio.t0GetResponse", "false");
        System.setProperty("sun.security.smartcardio.t1GetResponse", "false");
        CardTerminal terminal = null;
        try {{
            for (CardTerminal each : TerminalFactory.getDefault().terminals().list()) {{
                if (terminal == null || each.getName().equals(READER)) {{
                    terminal = each;
                }}
            }}
        }} catch (CardException error) {{
            end("There is no reader, or no PC/SC service: " + error.getMessage());
        }}
        if (terminal == null) {{
            end("There is no reader.");
        }}
        System.out.println("Reader: " + terminal.getName());
        Card card = terminal.connect("*");
        channel = card.getBasicChannel();
{calls}        card.disconnect(false);
    }}
"""


def write_java(program: Program) -> str:
    """A program that sends all, prints all, and ends at the first other status word than the recorded one."""
    blanks = [
        f'    static final String {one.name} = ""; // fill in {_comment(one.request)}\n' for one in program.blanks
    ]
    parts = range(0, len(program.steps), _METHOD_COMMANDS)
    head = _HEAD.format(
        notes="".join(f"// {note}\n" for note in program.notes),
        reader=json.dumps(program.reader),
        blanks="".join(blanks),
        checks="".join(f'        blank("{one.name}", {one.name}, {one.size});\n' for one in program.blanks),
        calls="".join(f"        commands{number}();\n" for number in range(1, len(parts) + 1)),
    )
    return head + "".join(_methods(program.steps)) + "}\n"


def _methods(steps: tuple[Step, ...]) -> Iterator[str]:
    for number, first in enumerate(range(0, len(steps), _METHOD_COMMANDS), 1):
        lines = "".join(f"        {_call(step)}\n" for step in steps[first : first + _METHOD_COMMANDS])
        yield f"\n    static void commands{number}() throws CardException {{\n{lines}    }}\n"


def _call(step: Step) -> str:
    if why := _unsendable(step.command):
        return f"leftOut({json.dumps(step.label)}, {json.dumps(why)});"
    command = " + ".join(part.name if isinstance(part, Blank) else _literal(part) for part in step.parts)
    return f"send({json.dumps(step.label)}, {command}, {-1 if step.status is None else f'0x{step.status:04X}'});"


def _literal(part: str) -> str:
    if len(part) <= _LONGEST_LITERAL:
        return f'"{part}"'
    # Literals that are joined by + are one constant again.
    pieces = (part[at : at + _LONGEST_LITERAL] for at in range(0, len(part), _LONGEST_LITERAL))
    joined = ", ".join(f'"{piece}"' for piece in pieces)
    return f'String.join("", {joined})'


def _unsendable(command: bytes) -> str:
    """Why javax.smartcardio does not send ``command`` as it is; empty where it does."""
    if len(command) < 4:
        return "Java's smart card API takes no command of fewer than 4 bytes."
    cla, ins = command[:2]
    if cla & 0x80 == 0 and ins == 0x70:
        return "MANAGE CHANNEL is refused by Java's smart card API; it opens channels by itself."
    # The implementation puts the number of its own channel, 0, into an interindustry class.
    if cla & 0x80 == 0 and cla & 0xE0 != 0x20 and cla & 0x43:
        return "Java's smart card API would change the logical channel in CLA; use card.openLogicalChannel()."
    return ""


def _comment(text: str) -> str:
    # Java reads \\u everywhere, in comments too.
    return text.replace("\\", "/")
