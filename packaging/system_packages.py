"""What CardScope needs from the operating system, how to tell that it is there, and how to install it.

A need is looked for itself (the library is loaded, the header is a file) and not by its package's name: that holds on
every distribution, for parts that came from elsewhere than a package, and where a package is renamed, as Debian's
libglib2.0-0 became libglib2.0-0t64 with the old name as a virtual one.

Windows and macOS need nothing: PC/SC is part of them, and PySide6 and pyscard come as wheels.
"""

import ctypes
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Need:
    """One thing that has to be on the machine.

    `what` says it to a person, `found` tells whether it is there, and the package names are those of Debian and Ubuntu
    (`apt`), Fedora (`dnf`) and Arch Linux (`pacman`): several separated by spaces, "" where no package has it.
    """

    what: str
    found: Callable[[], bool]
    apt: str
    dnf: str
    pacman: str

    def packages(self, installer: str) -> list[str]:
        """The packages that satisfy the need with the installer `apt`, `dnf` or `pacman`."""
        return {"apt": self.apt, "dnf": self.dnf, "pacman": self.pacman}[installer].split()


@dataclass(frozen=True)
class Library:
    """Tells whether the dynamic loader finds the library, as it will have to for Qt."""

    soname: str

    def __call__(self) -> bool:
        try:
            ctypes.CDLL(self.soname)
        except OSError:
            return False
        return True


def program(name: str) -> Callable[[], bool]:
    """Tell whether the program is installed; the system's sbin folders are not on every user's PATH."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    return lambda: shutil.which(name, path=path) is not None


def file(*patterns: str) -> Callable[[], bool]:
    """Tell whether a file matches one of the patterns, which start at the root folder."""
    return lambda: any(True for pattern in patterns for _ in Path("/").glob(pattern.removeprefix("/")))


def _python_needs() -> list[Need]:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    # A Python from elsewhere than the distribution (pyenv, uv, built by hand) gets its parts from there, too.
    apt = f"python{version}-{{}}" if sys.base_prefix == "/usr" else ""
    dnf = "python3-devel" if sys.base_prefix == "/usr" else ""
    return [
        Need(
            "Python's virtual environments",
            lambda: importlib.util.find_spec("ensurepip") is not None,
            apt.format("venv"),
            "",
            "",
        ),
        Need(
            "Python's C headers, to build pyscard",
            file(f"{sysconfig.get_path('include')}/Python.h"),
            apt.format("dev"),
            dnf,
            "",
        ),
    ]


def _compiler() -> str:
    """The C compiler that extensions of this Python are built with."""
    words = (os.environ.get("CC") or str(sysconfig.get_config_var("CC") or "cc")).split()
    return words[0]


# Qt's libraries: what readelf lists as NEEDED in PySide6-Essentials 6.12 for libQt6Core, Gui, Widgets, Svg, DBus and
# XcbQpa and for the plug-ins libqxcb and libqxcb-{egl,glx}-integration, less the C and C++ run-time libraries.
_QT = "a library of Qt"
_QT_X11 = "Qt's windows on X11"
RUN_NEEDS = [
    *_python_needs(),
    Need("a C compiler, to build pyscard", program(_compiler()), "gcc", "gcc", "gcc"),
    Need(
        "the C library's headers, to build pyscard", file("/usr/include/stdlib.h"), "libc6-dev", "glibc-devel", "glibc"
    ),
    Need(
        "the PC/SC headers, to build pyscard",
        file("/usr/include/PCSC/winscard.h", "/usr/local/include/PCSC/winscard.h"),
        "libpcsclite-dev",
        "pcsc-lite-devel",
        "pcsclite",
    ),
    Need("the PC/SC service", program("pcscd"), "pcscd", "pcsc-lite", "pcsclite"),
    Need(
        "the driver of USB card readers",
        file("/usr/lib*/pcsc/drivers/ifd-ccid.bundle", "/usr/lib/*/pcsc/drivers/ifd-ccid.bundle"),
        "libccid",
        "pcsc-lite-ccid",
        "ccid",
    ),
    Need(
        "a font",
        file(*(f"{folder}/**/*.[to]t[fc]" for folder in ("/usr/share/fonts", "/usr/local/share/fonts"))),
        "fonts-dejavu-core",
        "dejavu-sans-fonts dejavu-sans-mono-fonts",
        "ttf-dejavu",
    ),
    Need(_QT, Library("libglib-2.0.so.0"), "libglib2.0-0", "glib2", "glib2"),
    Need(_QT, Library("libgthread-2.0.so.0"), "libglib2.0-0", "glib2", "glib2"),
    Need(_QT, Library("libz.so.1"), "zlib1g", "zlib", "zlib"),
    Need(_QT, Library("libzstd.so.1"), "libzstd1", "libzstd", "zstd"),
    Need(_QT, Library("libdbus-1.so.3"), "libdbus-1-3", "dbus-libs", "dbus"),
    Need(_QT, Library("libfontconfig.so.1"), "libfontconfig1", "fontconfig", "fontconfig"),
    Need(_QT, Library("libfreetype.so.6"), "libfreetype6", "freetype", "freetype2"),
    Need(_QT, Library("libEGL.so.1"), "libegl1", "libglvnd-egl", "libglvnd"),
    Need(_QT, Library("libGL.so.1"), "libgl1", "libglvnd-glx", "libglvnd"),
    Need(_QT, Library("libxkbcommon.so.0"), "libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    Need(_QT, Library("libX11.so.6"), "libx11-6", "libX11", "libx11"),
    Need(_QT_X11, Library("libX11-xcb.so.1"), "libx11-xcb1", "libX11-xcb", "libx11"),
    Need(_QT_X11, Library("libxkbcommon-x11.so.0"), "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    Need(_QT_X11, Library("libxcb.so.1"), "libxcb1", "libxcb", "libxcb"),
    Need(_QT_X11, Library("libxcb-cursor.so.0"), "libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    Need(_QT_X11, Library("libxcb-glx.so.0"), "libxcb-glx0", "libxcb", "libxcb"),
    Need(_QT_X11, Library("libxcb-icccm.so.4"), "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    Need(_QT_X11, Library("libxcb-image.so.0"), "libxcb-image0", "xcb-util-image", "xcb-util-image"),
    Need(_QT_X11, Library("libxcb-keysyms.so.1"), "libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    Need(_QT_X11, Library("libxcb-randr.so.0"), "libxcb-randr0", "libxcb", "libxcb"),
    Need(_QT_X11, Library("libxcb-render.so.0"), "libxcb-render0", "libxcb", "libxcb"),
    Need(
        _QT_X11, Library("libxcb-render-util.so.0"), "libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"
    ),
    Need(_QT_X11, Library("libxcb-shape.so.0"), "libxcb-shape0", "libxcb", "libxcb"),
    Need(_QT_X11, Library("libxcb-shm.so.0"), "libxcb-shm0", "libxcb", "libxcb"),
    Need(_QT_X11, Library("libxcb-sync.so.1"), "libxcb-sync1", "libxcb", "libxcb"),
    Need(_QT_X11, Library("libxcb-util.so.1"), "libxcb-util1", "xcb-util", "xcb-util"),
    Need(_QT_X11, Library("libxcb-xfixes.so.0"), "libxcb-xfixes0", "libxcb", "libxcb"),
    Need(_QT_X11, Library("libxcb-xkb.so.1"), "libxcb-xkb1", "libxcb", "libxcb"),
]

TEST_NEEDS = [
    Need(
        "the font that the tests read in pictures",
        file(*(f"{folder}/**/DejaVuSansMono.ttf" for folder in ("/usr/share/fonts", "/usr/local/share/fonts"))),
        "fonts-dejavu-core",
        "dejavu-sans-fonts dejavu-sans-mono-fonts",
        "ttf-dejavu",
    ),
    Need(
        "an X server without a screen, for the tests",
        program("Xvfb"),
        "xvfb",
        "xorg-x11-server-Xvfb",
        "xorg-server-xvfb",
    ),
    Need(
        "a program that reads text in pictures, for the tests",
        program("tesseract"),
        "tesseract-ocr tesseract-ocr-eng",
        "tesseract tesseract-langpack-eng",
        "tesseract tesseract-data-eng",
    ),
    Need(
        "pcsc-tools, whose ATR_analysis and list of ATRs the tests compare with",
        program("ATR_analysis"),
        "pcsc-tools",
        "pcsc-tools",
        "pcsc-tools",
    ),
    Need("opensc-tool, which the tests give exported commands", program("opensc-tool"), "opensc", "opensc", "opensc"),
    Need(
        "a Java compiler, for the tests of exported programs",
        program("javac"),
        "default-jdk-headless",
        "java-latest-openjdk-devel",
        "jdk-openjdk",
    ),
    Need(
        "tshark, which reads saved transcripts in the tests",
        program("tshark"),
        "tshark",
        "wireshark-cli",
        "wireshark-cli",
    ),
    Need(
        "the PC/SC driver of virtual readers (vsmartcard's vpcd), for the tests",
        file("/usr/lib*/pcsc/drivers/serial/libifdvpcd.so*", "/usr/lib/*/pcsc/drivers/serial/libifdvpcd.so*"),
        "vsmartcard-vpcd",
        "",  # only in the COPR jjelen/vsmartcard
        "",  # only in the AUR, as virtualsmartcard
    ),
]


def installer() -> str | None:
    """Name the package installer of this Linux distribution by os-release(5): `apt`, `dnf`, `pacman`, or None."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return None
    families = {release["ID"], *release.get("ID_LIKE", "").split()}
    for name, members in (("apt", {"debian", "ubuntu"}), ("dnf", {"fedora"}), ("pacman", {"arch"})):
        if families & members:
            return name
    return None


def install_commands(installer: str, packages: list[str]) -> list[list[str]]:
    """The commands that install the packages, to be run as root."""
    match installer:
        case "apt":
            # The lists of a fresh machine are empty and those of an old one name packages that are gone, so they
            # are always fetched. Another apt that is at work (unattended-upgrades) is waited for.
            install = [
                "apt-get",
                "install",
                "--yes",
                "--no-install-recommends",
                "-o",
                "DPkg::Lock::Timeout=300",
                *packages,
            ]
            return [["apt-get", "update"], ["env", "DEBIAN_FRONTEND=noninteractive", *install]]
        case "dnf":
            return [["dnf", "install", "--assumeyes", *packages]]
        case _:
            return [["pacman", "-S", "--needed", "--noconfirm", *packages]]


# Installer -> what to try when it failed.
_REMEDIES = {
    "apt": "If an earlier install was cut short, 'dpkg --configure -a' as root repairs it. If another program holds "
    "the package lock, wait until it is done.",
    "dnf": "If another program holds the lock, wait until it is done.",
    "pacman": "If a package was not found, the lists are old: 'pacman -Syu' as root brings the system up to date.",
}


def ensure(*, tests: bool, yes: bool) -> None:
    """Install the system packages that are missing, after showing the command and asking once.

    `tests` adds what only the tests need, `yes` answers the question. Answering no goes on without the packages.
    Raises SystemExit with a sentence on what to do when they cannot be installed.
    """
    if sys.platform in {"win32", "darwin"}:
        return
    needs = RUN_NEEDS + (TEST_NEEDS if tests else [])
    missing = [need for need in needs if not need.found()]
    if not missing:
        return
    name = installer()
    packages = list(dict.fromkeys(package for need in missing for package in need.packages(name or "apt")))
    if name is None:
        print("CardScope needs these from the system, and this distribution is not one whose package names are known:")
        print(_listed(missing))
        print(f"On Debian the packages are: {' '.join(packages)}\nGoing on without them.\n")
        return
    if packages:
        _install(name, packages, missing, yes=yes)
    still_missing = [need for need in missing if not need.found()]
    if still_missing:
        print(f"Not on this machine, and going on without:\n{_listed(still_missing)}\n")


def _install(name: str, packages: list[str], missing: list[Need], *, yes: bool) -> None:
    is_root = os.geteuid() == 0
    prefix = ["sudo"] if not is_root and shutil.which("sudo") else []
    commands = [[*prefix, *command] for command in install_commands(name, packages)]
    shown = "\n".join(f"  {shlex.join(command)}" for command in commands)
    print(f"CardScope needs these from the system:\n{_listed(missing)}\nThey are installed with:\n{shown}", flush=True)
    if not is_root and not prefix:
        raise SystemExit("This needs root, and there is no sudo here. Run these commands as root, then start again.")
    if not yes:
        if not sys.stdin.isatty():
            raise SystemExit("Nobody is here to ask, so nothing was installed. Run these commands, or add --yes.")
        if input("Install them now? [Y/n] ").strip().lower() not in {"", "y", "yes"}:
            return
    for command in commands:
        status = subprocess.run(command, check=False).returncode
        # A package list that cannot be fetched (a third party's, mostly) need not matter: installing tells.
        if status and command is commands[-1]:
            raise SystemExit(
                f"Installing the system packages failed with status {status}; the reason is above. Check that the "
                f"network is up{' and that you may use sudo' if prefix else ''}. {_REMEDIES[name]} Then start again."
            )


def _listed(needs: list[Need]) -> str:
    return "\n".join(f"  - {what}" for what in dict.fromkeys(need.what for need in needs))
