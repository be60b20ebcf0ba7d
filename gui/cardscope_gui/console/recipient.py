"""Whom the composer's commands go to: the card, or the reader itself while there is none."""

from enum import Enum, auto

from cardscope.events import Exchanged, Origin
from cardscope_gui.bridge import ServiceView


class Recipient(Enum):
    """What is there to be sent to."""

    NOBODY = auto()
    CARD = auto()
    READER = auto()
    """A reader without a card."""


class EmptyReader:
    """A reader without a card, to be sent to in the way of a :class:`~cardscope.session.CardSession`."""

    uid = None

    def __init__(self, service: ServiceView, reader: str) -> None:
        self.reader = reader
        self._service = service

    async def send(
        self,
        command: bytes,
        *,
        origin: Origin = Origin.USER,  # noqa: ARG002 - what goes to a reader is never followed up
        approval: str | None = None,
    ) -> Exchanged:
        """Sends exactly ``command``, see :meth:`CardService.control <cardscope.service.CardService.control>`."""
        return await self._service.control(self.reader, command, approval=approval)
