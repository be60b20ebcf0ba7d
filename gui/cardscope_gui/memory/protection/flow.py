"""What can be done about a tag's protection."""

from enum import StrEnum


class Flow(StrEnum):
    """In the order of the menu."""

    UNLOCK = "unlock"
    SET = "set"
    """The first password or key of one's own."""
    CHANGE = "change"
    REMOVE = "remove"
    PROTECT = "protect"
    LOCK_PAGES = "lock_pages"
    FREEZE_LOCKS = "freeze_locks"
    FREEZE_CONFIGURATION = "freeze_configuration"
