"""Commands as a C program for PC/SC (winscard)."""

from typing import Final

from cardscope.export.program import Blank, Program, Step

_HEAD: Final = r"""/* Sends commands to a smart card.
   Linux:   cc commands.c -o commands $(pkg-config --cflags --libs libpcsclite)
   macOS:   cc commands.c -o commands -framework PCSC
   Windows: cl commands.c winscard.lib
@NOTES@*/
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <PCSC/winscard.h>
#include <PCSC/wintypes.h>
#else
#include <winscard.h>
#endif

static const char READER[] = @READER@; /* the first reader is taken when there is none of this name */
@BLANKS@
static SCARDHANDLE card;
static DWORD protocol;

static void check(LONG result, const char *what) {
    if (result != SCARD_S_SUCCESS) {
        fprintf(stderr, "%s: PC/SC error %08lX\n", what, (unsigned long)result & 0xFFFFFFFFul);
        exit(1);
    }
}

/* The bytes that the hex text spells; their number. */
static size_t bytes_of(const char *hex, unsigned char *bytes, size_t room) {
    size_t digits = 0;
    for (; *hex; hex++) {
        int digit = isdigit((unsigned char)*hex) ? *hex - '0' : toupper((unsigned char)*hex) - 'A' + 10;
        if (isspace((unsigned char)*hex))
            continue;
        if (!isxdigit((unsigned char)*hex) || digits / 2 >= room)
            return 0;
        bytes[digits / 2] = (unsigned char)(digits % 2 ? bytes[digits / 2] << 4 | digit : digit);
        digits++;
    }
    return digits % 2 ? 0 : digits / 2;
}

static void print_bytes(const char *mark, const unsigned char *bytes, size_t length) {
    size_t i;
    printf("%s", mark);
    for (i = 0; i < length; i++)
        printf(" %02X", bytes[i]);
    printf("\n");
}

/* Sends a command given in hex; ends the program when the status word is not the expected one (-1: any). */
static void send_command(const char *name, const char *hex, long expected) {
    static unsigned char command[65544], answer[65538];
    DWORD length = sizeof answer;
    size_t size = bytes_of(hex, command, sizeof command);
    const SCARD_IO_REQUEST *pci = protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    long sw;
    printf("# %s\n", name);
    print_bytes(">", command, size);
    check(SCardTransmit(card, pci, command, (DWORD)size, NULL, answer, &length), name);
    print_bytes("<", answer, length);
    sw = length < 2 ? -1 : (long)answer[length - 2] << 8 | answer[length - 1];
    if (expected >= 0 && sw != expected) {
        fprintf(stderr, "%s: status word %04lX, expected %04lX\n", name, sw & 0xFFFFl, expected);
        exit(1);
    }
}
@CHECK@
int main(void) {
    static char readers[65536];
    DWORD length = sizeof readers;
    const char *reader = readers, *each;
    SCARDCONTEXT context;
@CHECKS@    check(SCardEstablishContext(SCARD_SCOPE_USER, NULL, NULL, &context), "No PC/SC service");
    check(SCardListReaders(context, NULL, readers, &length), "There is no reader");
    for (each = readers; *each; each += strlen(each) + 1)
        if (strcmp(each, READER) == 0)
            reader = each;
    printf("Reader: %s\n", reader);
    check(SCardConnect(context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol),
          "No connection to a card");
@CALLS@    SCardDisconnect(card, SCARD_LEAVE_CARD);
    SCardReleaseContext(context);
    return 0;
}
"""
_CHECK: Final = r"""
static void blank(const char *name, const char *value, size_t size) {
    static unsigned char bytes[65536];
    if (bytes_of(value, bytes, sizeof bytes) != size) {
        fprintf(stderr, "Fill in %s first: %u bytes as hex.\n", name, (unsigned)size);
        exit(1);
    }
}
"""


def write_c(program: Program) -> str:
    """A program that sends all, prints all, and ends at the first other status word than the recorded one."""
    blanks = "".join(f'#define {one.name} "" /* fill in {_comment(one.request)} */\n' for one in program.blanks)
    checks = "".join(f'    blank("{one.name}", {one.name}, {one.size});\n' for one in program.blanks)
    text = _HEAD.replace("@CALLS@", "".join(f"    {_call(step)}\n" for step in program.steps))
    text = text.replace("@CHECKS@", checks).replace("@CHECK@", _CHECK if checks else "").replace("@BLANKS@", blanks)
    notes = "".join(f"   {note}\n" for note in program.notes)
    return text.replace("@NOTES@", notes).replace("@READER@", _quoted(program.reader))


def _call(step: Step) -> str:
    command = " ".join(part.name if isinstance(part, Blank) else f'"{part}"' for part in step.parts)
    return f"send_command({_quoted(step.label)}, {command}, {-1 if step.status is None else f'0x{step.status:04X}'});"


def _quoted(text: str) -> str:
    out = ""
    for byte in text.encode():
        character = chr(byte)
        # ?? begins a trigraph in old compilers; an octal escape of three digits never takes in what follows.
        out += character if 0x20 <= byte < 0x7F and character not in '"\\?' else f"\\{byte:03o}"
    return f'"{out}"'


def _comment(text: str) -> str:
    return text.replace("*/", "* /").replace("\\", "/")
