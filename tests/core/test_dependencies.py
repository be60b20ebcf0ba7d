"""The direction of dependencies: what may import what, read off the sources themselves."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = {
    # Each may import those that it names, itself, the standard library and what PACKAGES allows.
    "fields": set[str](),
    "errors": set[str](),
    "tags": {"errors"},
    "decode": {"fields", "errors", "tags"},
    "dumps": {"tags", "decode", "errors", "fields"},
    "guard": {"decode", "tags", "errors", "fields"},
    "worker": set[str](),
    "store": {"errors", "worker", "decode", "tags"},
    "readers": {"errors", "worker", "tags", "decode", "fields"},
    "ndef": {"session", "identify", "readers.protocol", "decode", "tags", "memory", "errors", "fields"},
    "identify": {"session", "events", "decode", "tags", "guard", "readers.families", "errors", "fields", "worker"},
    "virtual": {"errors", "tags", "decode", "readers.protocol"},
    "memory": {
        "session",
        "events",
        "identify",
        "readers.families",
        "tags",
        "ndef.area",
        "decode",
        "guard",
        "virtual",
        "store",
        "errors",
        "fields",
        "worker",
    },
    # The type of what an event carries, for type checkers only.
    "events": {"readers.protocol", "identify.identification"},
    "session": {"events", "guard", "decode", "tags", "readers.protocol", "errors", "fields"},
    "service": {"session", "events", "guard", "tags", "readers.protocol", "errors", "identify", "worker"},
    "following": {"decode"},
    "scripts": {"following", "session", "service", "events", "guard", "decode", "errors", "fields"},
    "library": {"decode", "tags", "readers.families", "errors", "fields"},
    "export": {"decode", "tags", "events", "readers.families", "errors", "fields"},
    "doctor": {"errors"},
    "cli": {"errors", "commands"},
    "commands": {
        "service",
        "session",
        "following",
        "events",
        "guard",
        "decode",
        "dumps",
        "memory",
        "ndef",
        "store",
        "errors",
        "doctor",
        "scripts",
        "virtual",
        "readers.protocol",
        "readers.pcsc_source",
        "readers.families",
        "identify",
        "fields",
        "tags",
    },
}
PACKAGES = {
    "smartcard": {"cardscope.readers.pcsc"},
    "qasync": {"cardscope_gui.event_loop"},
    "cardscope_gui": set[str](),  # cli opens it by name
}


def modules(folder: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        parts = list(path.relative_to(ROOT / folder).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        yield ".".join(parts), path


def imports(path: Path) -> Iterator[str]:
    """Every module that the file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


CORE = list(modules("core"))
GUI = list(modules("gui"))


def test_the_sources_are_found() -> None:
    assert {"cardscope.service", "cardscope.readers.pcsc"} <= {name for name, _ in CORE}
    assert "cardscope_gui.bridge" in {name for name, _ in GUI}


@pytest.mark.parametrize(("name", "path"), CORE, ids=[name for name, _ in CORE])
def test_core_knows_no_qt_and_keeps_its_layers(name: str, path: Path) -> None:
    layer = name.removeprefix("cardscope").lstrip(".").split(".")[0]
    for imported in imports(path):
        top = imported.split(".")[0]
        assert top not in ("PySide6", "shiboken6"), f"{name} imports {imported}"
        assert name in PACKAGES.get(top, {name}), f"{name} imports {imported}"
        if imported.startswith("cardscope.") and layer:
            inner = imported.removeprefix("cardscope.")
            allowed = LAYERS[layer] | {layer, "__version__"}
            assert any(inner == one or inner.startswith(f"{one}.") or one.startswith(f"{inner}.") for one in allowed), (
                f"{name} imports {imported}"
            )


@pytest.mark.parametrize(("name", "path"), GUI, ids=[name for name, _ in GUI])
def test_only_the_event_loop_knows_qasync_and_none_knows_smartcard(name: str, path: Path) -> None:
    for imported in imports(path):
        top = imported.split(".")[0]
        if top in ("smartcard", "qasync"):
            assert name in PACKAGES[top], f"{name} imports {imported}"


def test_the_command_line_starts_without_qt() -> None:
    code = (
        "import sys, cardscope.cli; print([m for m in sys.modules if m.startswith(('PySide6', 'qasync', 'smartcard'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_package_shadows_the_one_named_packaging() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()
