"""What goes into the system's keyring, and what never does."""

import subprocess
import sys
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked, PasswordDeleteError

from cardscope.memory.credentials import Credentials
from cardscope.memory.keeping import KeepingError, forget, keep, keeps, kept

UID, OTHER = bytes.fromhex("04E141124C2880"), bytes.fromhex("0485928AA06181")
SECRET = Credentials(b"CARD", b"OK")


class Memory(KeyringBackend):
    """A keyring that forgets at the end."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("the collection is locked")
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.held:
            raise PasswordDeleteError("not found")
        del self.held[service, username]


class PlainFile(Memory):
    """As the library's plain-text back end, which has this priority, would come along."""

    priority = 0.5  # type: ignore[assignment]


class Chain(Memory):
    """As the library's chain: tries its parts in order."""

    backends: tuple[KeyringBackend, ...] = ()


@pytest.fixture
def memory() -> Iterator[Memory]:
    before = keyring.get_keyring()
    backend = Memory()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.mark.parametrize("secret", [SECRET, Credentials(b"CARD"), Credentials(key=bytes(range(16)))])
async def test_what_is_kept_comes_back_for_its_own_tag_only(memory: Memory, secret: Credentials) -> None:
    await keep(UID, secret)
    assert await kept(UID) == secret
    assert await kept(OTHER) is None
    assert list(memory.held) == [("CardScope", "04E141124C2880")]
    await forget(UID)
    assert await kept(UID) is None
    assert not memory.held


@pytest.mark.parametrize("unsafe", ["fail", "plain", "chain", "empty"])
async def test_without_a_keyring_that_encrypts_nothing_is_kept(memory: Memory, unsafe: str) -> None:
    backend: KeyringBackend = {"fail": NoKeyring, "plain": PlainFile}.get(unsafe, Chain)()
    if isinstance(backend, Chain):
        backend.backends = (Memory(), PlainFile()) if unsafe == "chain" else ()
    keyring.set_keyring(backend)
    assert not await keeps()
    assert await kept(UID) is None
    with pytest.raises(KeepingError, match="no keyring that encrypts"):
        await keep(UID, SECRET)
    assert not getattr(backend, "held", {})


async def test_a_chain_of_safe_ones_is_safe(memory: Memory) -> None:
    chain = Chain()
    chain.backends = (Memory(),)
    keyring.set_keyring(chain)
    assert await keeps()


async def test_a_keyring_that_fails_says_so(memory: Memory) -> None:
    memory.locked = True
    with pytest.raises(KeepingError, match="the collection is locked"):
        await kept(UID)
    with pytest.raises(KeepingError, match="not found"):
        await forget(UID)


@pytest.mark.parametrize("text", ["", "CARD", "pwd 43", "pwd XXXXXXXX", "key 00", "pwd 43415244 4F4B 00"])
async def test_what_somebody_else_put_there_is_not_shown(memory: Memory, text: str) -> None:
    memory.held["CardScope", "04E141124C2880"] = text
    with pytest.raises(KeepingError) as told:
        await kept(UID)
    assert not text or text not in str(told.value)


async def test_neither_a_password_nor_a_key_is_nothing_to_keep(memory: Memory) -> None:
    with pytest.raises(KeepingError, match="neither"):
        await keep(UID, Credentials())


def test_the_library_is_loaded_when_it_is_needed() -> None:
    code = "import sys, cardscope.memory.keeping; print('keyring' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
