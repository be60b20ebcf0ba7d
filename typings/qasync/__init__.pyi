from asyncio import AbstractEventLoop

class QEventLoop(AbstractEventLoop):
    def __init__(self, app: object | None = None, *, already_running: bool = False) -> None: ...
