"""Puts CardScope into the menu of a Linux desktop, for this user alone, and makes it open what double clicks on dump
files of its own kinds ask for; or takes it out again.

    python3 packaging/dev.py desktop             put it in
    python3 packaging/dev.py desktop --remove    take it out
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parent / "linux"
PLACES = {
    "cardscope.desktop": "applications/cardscope.desktop",
    "cardscope.xml": "mime/packages/cardscope.xml",
    "cardscope.svg": "icons/hicolor/scalable/apps/cardscope.svg",
}
"""Where each file belongs, under the user's folder of data (XDG Base Directory Specification)."""
_CACHES = (("update-mime-database", "mime"), ("update-desktop-database", "applications"))


def main(argv: list[str]) -> int:
    """Install, or remove, and return 0; 1 where there is no such desktop."""
    parser = argparse.ArgumentParser(prog="dev.py desktop", description="Put CardScope into the desktop's menu.")
    parser.add_argument("--remove", action="store_true", help="take it out again")
    options = parser.parse_args(argv)
    if sys.platform in ("win32", "darwin"):
        print("Only desktops of Linux and its relatives have such a menu.", file=sys.stderr)
        return 1
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    for name, place in PLACES.items():
        target = data / place
        if options.remove:
            target.unlink(missing_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_text(name), encoding="utf-8")
            print(target)
    for program, folder in _CACHES:
        # Without the program the desktop has no such cache, and reads the files themselves.
        if shutil.which(program) and (data / folder).is_dir():
            subprocess.run([program, str(data / folder)], check=False)
    return 0


def _text(name: str) -> str:
    text = (SOURCES / name).read_text(encoding="utf-8")
    program = str(Path(sys.executable).with_name("cardscope"))
    # Menus do not know this checkout's environment. Quoting as the Desktop Entry Specification has it.
    quoted = '"' + "".join(f"\\\\{each}" if each in '"`$\\' else each for each in program).replace("%", "%%") + '"'
    return text.replace("Exec=cardscope ", f"Exec={quoted} ") if name.endswith(".desktop") else text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
