"""A computer made of real files below a temporary folder, as far as the doctor looks at one."""

import contextlib
import os
import plistlib
import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from cardscope.doctor import Finding, Machine, PcscView, examine

ALLOWED_QUERIES = {
    ("/usr/sbin/pcscd", "--version"),
    ("sc.exe", "qc", "SCardSvr"),
    ("sc.exe", "query", "SCardSvr"),
}


class Computer:
    """Builds the files, then examines them and sees to it that the examination left them as they were."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environ: dict[str, str] = {}
        self.platform = "linux"
        self.user = "alice"
        self.is_root = False
        self.answers: dict[tuple[str, ...], str] = {}
        self.shell = shutil.which("sh")
        self.usb_devices = 0

    def file(self, path: str, content: str | bytes = "") -> None:
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def folder(self, path: str) -> None:
        (self.root / path.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def link(self, path: str, target: str) -> None:
        link = self.root / path.lstrip("/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)

    def socket(self, path: str = "/run/pcscd/pcscd.comm", *, listening: bool = False) -> None:
        folder = (self.root / path.lstrip("/")).parent
        folder.mkdir(parents=True, exist_ok=True)
        # A socket's name holds 108 bytes at most, less than many a temporary folder: bind it by its bare name.
        with contextlib.chdir(folder), socket.socket(socket.AF_UNIX) as server:
            server.bind(Path(path).name)
        lines = ["Num       RefCount Protocol Flags    Type St Inode Path"]
        lines.append("0000000000000000: 00000003 00000000 00000000 0001 03 23456")
        if listening:
            lines.append(f"0000000000000000: 00000002 00000000 00010000 0001 01 12345 {path}")
        self.file("/proc/net/unix", "\n".join(lines) + "\n")

    def distribution(self, os_release: str = "ID=debian\n", *, systemd: bool = True) -> None:
        self.file("/etc/os-release", os_release)
        if systemd:
            self.folder("/run/systemd/system")

    def pcscd(self, version: str = "1.9.9") -> None:
        self.file("/usr/sbin/pcscd")
        self.answers["/usr/sbin/pcscd", "--version"] = (
            f"pcsc-lite version {version}.\nCopyright (C) 1999-2002 by David Corcoran <corcoran@musclecard.com>.\n"
            "Enabled features: Linux x86_64-pc-linux-gnu libsystemd serial usb libudev"
            " usbdropdir=/usr/lib/pcsc/drivers ipcdir=/run/pcscd filter configdir=/etc/reader.conf.d\n"
        )

    def driver(self, *devices: tuple[int, int, str], folder: str = "/usr/lib/pcsc/drivers", name: str = "ccid") -> None:
        plist = {
            "CFBundleShortVersionString": "1.5.2",
            "ifdVendorID": [f"0x{vendor:04X}" for vendor, _, _ in devices],
            "ifdProductID": [f"0x{product:04X}" for _, product, _ in devices],
            "ifdFriendlyName": [friendly for _, _, friendly in devices],
        }
        self.file(f"{folder}/ifd-{name}.bundle/Contents/Info.plist", plistlib.dumps(plist))

    def usb(
        self,
        vendor: int,
        product: int,
        name: str,
        *,
        classes: Sequence[int] = (0x0B,),
        driver: str = "",
        serial: str = "",
    ) -> None:
        self.usb_devices += 1
        device = f"/sys/bus/usb/devices/1-{self.usb_devices}"
        self.file(f"{device}/idVendor", f"{vendor:04x}\n")
        self.file(f"{device}/idProduct", f"{product:04x}\n")
        if name:
            self.file(f"{device}/product", f"{name}\n")
        if serial:
            self.file(f"{device}/serial", f"{serial}\n")
        for number, interface_class in enumerate(classes):
            interface = f"{device}:1.{number}"
            self.file(f"{interface}/bInterfaceClass", f"{interface_class:02x}\n")
            if driver:
                self.link(f"{interface}/driver", f"../../../../bus/usb/drivers/{driver}")

    def other_usb(self) -> None:
        self.usb(0x1D6B, 0x0002, "xHCI Host Controller", classes=(0x09,), driver="hub")

    def modules(self, *names: str) -> None:
        lines = [f"{name} 20480 0 - Live 0x0000000000000000" for name in (*names, "usbcore")]
        self.file("/proc/modules", "\n".join(lines) + "\n")

    def acr122u(self, driver: str = "") -> None:
        self.usb(0x072F, 0x2200, "ACR122U PICC Interface", driver=driver)

    def healthy(self) -> None:
        """Debian with everything in its place and nothing plugged in."""
        self.distribution()
        self.pcscd()
        self.socket(listening=True)
        self.driver((0x072F, 0x2200, "ACS ACR122U PICC Interface"))
        self.modules()
        self.other_usb()

    def machine(self) -> Machine:
        def query(command: Sequence[str]) -> str:
            assert tuple(command) in ALLOWED_QUERIES
            return self.answers.get(tuple(command), "")

        return Machine(self.root, self.environ, self.platform, self.user, self.is_root, query)

    def examine(self, pcsc: PcscView) -> list[Finding]:
        before = self._tree()
        findings = examine(self.machine(), pcsc)
        assert self._tree() == before
        for finding in findings:
            assert finding.title
            if finding.cure and self.platform == "linux":
                self._assert_shell_accepts(finding.cure)
        levels = [finding.level for finding in findings]
        assert levels == sorted(levels, key=["problem", "note", "ok"].index)
        return findings

    def first_problem(self, pcsc: PcscView) -> Finding:
        first = self.examine(pcsc)[0]
        assert first.level == "problem"
        return first

    def _assert_shell_accepts(self, command: str) -> None:
        assert self.shell is not None
        subprocess.run([self.shell, "-n", "-c", command], check=True, timeout=10)

    def _tree(self) -> dict[str, tuple[int, int]]:
        entries: dict[str, tuple[int, int]] = {}
        for folder, folders, files in os.walk(self.root):
            for name in (*folders, *files):
                status = (Path(folder) / name).lstat()
                entries[str(Path(folder) / name)] = (status.st_mtime_ns, status.st_size)
        return entries


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    root = tmp_path / "root"
    root.mkdir()
    return Computer(root)
