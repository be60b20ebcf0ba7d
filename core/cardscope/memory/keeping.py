"""Passwords and keys in the system's own keyring, for users who want that: by the number of the tag, and by the library
``keyring``, which knows the keyrings of Windows, macOS and the Linux desktops.

Without such a keyring nothing is kept. The library would also take back ends that store in plain files; they are not
used here.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, cast

from cardscope.errors import CardScopeError
from cardscope.memory.credentials import Credentials
from cardscope.worker import Worker

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE: Final = "CardScope"
"""The name under which the keyring shows what is kept."""
_SAFE: Final = 1
"""What the library calls recommended: back ends that encrypt. Those with plain files have 0.5, and none has 0."""
_KEY: Final = "key"
_PASSWORD: Final = "pwd"


class _Keyring(Protocol):
    """What of a back end is needed here; the library's own types are partly unknown."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


class KeepingError(CardScopeError):
    """The keyring did not do what was asked of it."""


async def keeps() -> bool:
    """Whether this system has a keyring to keep secrets in."""
    return await _aside(_has_keyring)


async def keep(uid: bytes, credentials: Credentials) -> None:
    """Puts ``credentials`` into the keyring, in place of what it has for the tag of ``uid``. Raises KeepingError."""
    await _aside(lambda: _safe_keyring().set_password(SERVICE, _name(uid), _spelled(credentials)))


async def kept(uid: bytes) -> Credentials | None:
    """What the keyring has for the tag of ``uid``. Raises KeepingError; without any keyring there is nothing in it."""
    text = await _aside(lambda: _safe_keyring().get_password(SERVICE, _name(uid)) if _has_keyring() else None)
    return None if text is None else _read(text)


async def forget(uid: bytes) -> None:
    """Takes what is kept for the tag of ``uid`` out of the keyring. Raises KeepingError."""
    await _aside(lambda: _safe_keyring().delete_password(SERVICE, _name(uid)))


async def _aside(function: Callable[[], T]) -> T:
    """The result of ``function`` from a thread of its own: a keyring may ask the user for its own password."""
    worker = Worker("keyring")
    try:
        return await worker.call(lambda: _told(function))
    finally:
        worker.stop()


def _told(function: Callable[[], T]) -> T:
    from keyring.errors import KeyringError  # noqa: PLC0415 - few need it, and it takes a while

    try:
        return function()
    except KeepingError:
        raise
    except (KeyringError, OSError, RuntimeError) as error:
        # Back ends raise what their own libraries raise; RuntimeError is the library's for a missing one.
        raise KeepingError(
            f"The system's keyring did not do it: {error or type(error).__name__}.",
            remedy="Open the keyring in the system's own program and try again.",
        ) from None


def _has_keyring() -> bool:
    import keyring  # noqa: PLC0415

    return _is_safe(keyring.get_keyring())


def _safe_keyring() -> _Keyring:
    import keyring  # noqa: PLC0415

    found = keyring.get_keyring()
    if not _is_safe(found):
        raise KeepingError(
            "This system has no keyring that encrypts, so nothing was kept.",
            remedy="On Linux, install GNOME Keyring or KWallet.",
        )
    return cast("_Keyring", found)


def _is_safe(backend: "KeyringBackend") -> bool:
    """A chain is as safe as its weakest part: what one refuses, the next one takes."""
    parts = cast("Iterable[KeyringBackend] | None", getattr(backend, "backends", None))
    if parts is not None:
        found = list(parts)
        return bool(found) and all(map(_is_safe, found))
    return float(backend.priority) >= _SAFE


def _name(uid: bytes) -> str:
    return uid.hex().upper()


def _spelled(credentials: Credentials) -> str:
    if credentials.key is not None:
        return f"{_KEY} {credentials.key.hex().upper()}"
    if credentials.password is None:
        raise KeepingError("There is neither a password nor a key to keep.")
    pack = "" if credentials.pack is None else f" {credentials.pack.hex().upper()}"
    return f"{_PASSWORD} {credentials.password.hex().upper()}{pack}"


def _read(text: str) -> Credentials:
    try:
        match text.split():
            case [kind, key] if kind == _KEY:
                return Credentials(key=bytes.fromhex(key))
            case [kind, password] if kind == _PASSWORD:
                return Credentials(bytes.fromhex(password))
            case [kind, password, pack] if kind == _PASSWORD:
                return Credentials(bytes.fromhex(password), bytes.fromhex(pack))
            case _:
                pass
    except ValueError:
        pass  # no word of what it holds
    raise KeepingError(
        f"What the keyring has under {SERVICE} for this tag is no password of CardScope's.",
        remedy="Take it out there, and type the password.",
    )
