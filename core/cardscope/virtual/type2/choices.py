"""What NXP's data sheets leave open, each a named choice with the reason for its default."""

from dataclasses import dataclass

from cardscope.virtual.answers import NAK_ARGUMENT, NAK_AUTHENTICATION_LIMIT, Nibble


@dataclass(frozen=True, slots=True)
class SiliconChoices:
    """How a virtual tag behaves where the data sheet of its chip is silent. The defaults are the likelier ones.

    A choice about something that a chip does not have, or that its data sheet does settle, has no effect on it.
    """

    # What a refusal looks like
    refusal: Nibble = NAK_ARGUMENT
    """The nibble for a page that is locked or needs authentication. Not tabulated for any family; 0 is the only
    general one. Ultralight EV1 also has 6 and 9, "other error"."""
    wrong_password: Nibble = NAK_ARGUMENT
    """The nibble for a wrong password (NTAG21x, Ultralight EV1). Not tabulated; 0 on NTAG I²C plus, where it is."""
    authentication_limit: Nibble = NAK_AUTHENTICATION_LIMIT
    """The nibble once AUTHLIM is exhausted. Ultralight EV1 calls 4 "counter overflow", which may not mean this one."""
    unknown_command: Nibble | None = NAK_ARGUMENT
    """The answer to a command that the chip does not have or cannot take now, or one of a wrong length; ``None``:
    silence."""
    serial_number_write: Nibble = NAK_ARGUMENT
    """The answer to a WRITE to pages 0 and 1. Most data sheets begin with page 2; that of NTAG213F/216F (rev. 3.1)
    counts 0 and 1 in: an ACK here takes the command, and changes nothing."""

    # When a write takes effect
    locks_at_once: bool = True
    """Lock bits work from the WRITE on; otherwise from the next power-up. Ultralight EV1 (at once) and Ultralight C
    (from the next REQA or WUPA) are documented, so this is for the others."""
    config_at_once: bool = True
    """AUTH0, access and mirror settings work from the WRITE on; otherwise from the next power-up.

    CFGLCK always waits for the power-up: that much the data sheets do say.
    """
    password_at_once: bool = True
    """A new PWD or PACK works from the WRITE on; otherwise from the next power-up."""
    cfglck_can_be_taken_back: bool = True
    """CFGLCK, once written as 1, can be written as 0 again as long as the power stays. An inference; nobody tried."""
    page_counter_at_once: bool = False
    """Ultralight C: page 29h shows the new count at once. The data sheet speaks of a mandatory RF reset before."""

    # Bits without a meaning
    rfui_lock_bits_stick: bool = False
    """Whether RFUI bits of the lock bytes can be set. Undocumented; nobody should try."""
    rfui_config_bits_stick: bool = True
    """Whether RFUI bits of CFG0 and CFG1 keep what is written. Reports of NTAG216 say they do."""

    # Counting and the mirror
    failures_beyond_authlim: int = 0
    """How many failed authentications more than AUTHLIM stands for are allowed: the text admits 0 and 1."""
    counter_answers_when_disabled: bool = False
    """Whether READ_CNT and the counter mirror work while NFC_CNT_EN is 0. Other emulations refuse as well."""
    torn_counter_flag: int = 0x00
    """What CHECK_TEARING_EVENT answers for a counter whose increment was torn, until the next increment: any byte
    but BD."""
    mirror_may_reach_the_end: bool = False
    """Whether a mirror text may end with the last user byte: the table of limits excludes it, the text does not."""
    uid_mirror_needs_conf: bool = False
    """NTAG210/212: the UID mirror needs MIRROR_CONF 01 as on NTAG213; otherwise MIRROR_PAGE alone turns it on."""

    # NTAG I²C
    missing_sector_selectable: bool = False
    """Whether SECTOR_SELECT takes a sector that has no page (or is disabled by NFC_DIS_SEC1), so that only the
    commands after it are refused; otherwise it is refused itself."""
    sector_survives_selection: bool = False
    """Whether the sector stays selected when the tag is selected anew; otherwise it is sector 0 again, as the NFC
    Forum has it. After a power-up it is sector 0 in any case."""
    protected_pages_read_00: bool = True
    """NTAG I²C plus under NFC_PROT: a READ or FAST_READ that begins before AUTH0 shows protected pages as 00, as it
    does invalid ones; otherwise it is refused."""
    sector_1_protection_needs_auth0: bool = False
    """NT3H2211: 2K_PROT protects sector 1 only while AUTH0 is not beyond EB; otherwise by itself."""
    delivered_ndef_read_only: bool = False
    """NT3H1101/1201: pages 3 to 5 cannot be written from RF, as one sentence of the data sheet says and its memory
    map does not."""
    transfer_dir_blocks_writes: bool = True
    """TRANSFER_DIR 0 at power-up refuses every WRITE, as the data sheet says. Untried: it would take I²C to undo."""
    pass_through: bool = False
    """The I²C side powers the chip and has switched pass-through mode on, so that SRAM stands at F0 to FF and
    FAST_WRITE works. In the field alone, as an implant or a sticker is, there is no SRAM."""
    ns_reg: int = 0x01
    """What the session register NS_REG holds in the field: RF_FIELD_PRESENT. Readers may see RF_LOCKED (20) too."""
