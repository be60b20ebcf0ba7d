"""What NXP's data sheets leave open, each a named choice with the reason for its default."""

from dataclasses import dataclass

from cardscope.virtual.type2.answers import NAK_ARGUMENT, Nibble


@dataclass(frozen=True, slots=True)
class SiliconChoices:
    """How a virtual tag behaves where the data sheet of the NTAG21x is silent. The defaults are the likelier ones."""

    refusal: Nibble = NAK_ARGUMENT
    """The nibble for a page that is locked or needs the password. Not tabulated; 0 is the only general one."""
    wrong_password: Nibble = NAK_ARGUMENT
    """The nibble for a wrong password. Not tabulated; 0 on NTAG I²C plus, where it is."""
    unknown_command: Nibble | None = NAK_ARGUMENT
    """The answer to a command that the chip does not have, or one of a wrong length; ``None`` for silence."""
    failures_beyond_authlim: int = 0
    """How many failed authentications more than AUTHLIM are allowed: the text admits 0 and 1."""
    locks_at_once: bool = True
    """Lock bits work from the WRITE on, as on Ultralight EV1; otherwise from the next power-up."""
    config_at_once: bool = True
    """AUTH0, ACCESS and mirror settings work from the WRITE on; otherwise from the next power-up.

    CFGLCK always waits for the power-up: that much the data sheet does say.
    """
    rfui_lock_bits_stick: bool = False
    """Whether RFUI bits of the lock bytes can be set. Undocumented; nobody should try."""
    counter_answers_when_disabled: bool = False
    """Whether READ_CNT and the counter mirror work while NFC_CNT_EN is 0. Other emulations refuse as well."""
    mirror_may_reach_the_end: bool = False
    """Whether a mirror text may end with the last user byte: the table of limits excludes it, the text does not."""
