"""The PC/SC service on Linux: missing, stopped, masked, stale, failing, refusing, of another protocol, elsewhere."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cardscope.doctor import Machine, PcscView, examine

# pcsclite.h
NO_SERVICE = PcscView(service_running=False, error_code=0x8010001D)
SERVICE_STOPPED = PcscView(service_running=False, error_code=0x8010001E)
REFUSED = PcscView(service_running=False, error_code=0x8010006A)
RUNNING = PcscView(service_running=True)

OS_RELEASES = {
    "debian": "ID=debian\nNAME='Debian GNU/Linux'\n",
    "mint": 'ID=linuxmint\nID_LIKE="ubuntu debian"\n',
    "fedora": "NAME=Fedora Linux\nID=fedora\n",
    "rocky": 'ID="rocky"\nID_LIKE="rhel centos fedora"\n',
    "arch": "# a comment\nID=arch\n",
    "manjaro": "ID=manjaro\nID_LIKE=arch\n",
    "tumbleweed": 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n',
    "sles": 'ID="sles"\nID_LIKE="suse"\n',
}

INSTALL = {
    "debian": "sudo apt install pcscd libccid",
    "mint": "sudo apt install pcscd libccid",
    "fedora": "sudo dnf install pcsc-lite pcsc-lite-ccid",
    "rocky": "sudo dnf install pcsc-lite pcsc-lite-ccid",
    "arch": "sudo pacman -S --needed pcsclite ccid",
    "manjaro": "sudo pacman -S --needed pcsclite ccid",
    "tumbleweed": "sudo zypper install pcsc-lite pcsc-ccid",
    "sles": "sudo zypper install pcsc-lite pcsc-ccid",
}


@pytest.mark.parametrize("name", OS_RELEASES)
def test_missing_service_is_installed_with_the_distributions_command(computer, name):
    computer.distribution(OS_RELEASES[name])
    first = computer.first_problem(NO_SERVICE)
    assert first.code == "service-missing"
    assert first.cure == f"{INSTALL[name]} && sudo systemctl enable --now pcscd.socket"


def test_missing_service_without_systemd_is_only_installed(computer):
    computer.distribution(systemd=False)
    assert computer.first_problem(NO_SERVICE).cure == "sudo apt install pcscd libccid"


def test_missing_service_on_an_unknown_distribution_has_words_instead_of_a_command(computer):
    computer.distribution("ID=void\n")
    first = computer.first_problem(NO_SERVICE)
    assert first.code == "service-missing"
    assert first.cure == ""
    assert "pcsc-lite" in first.cure_note


def test_os_release_is_also_found_where_the_vendor_puts_it(computer):
    computer.file("/usr/lib/os-release", "ID=fedora\n")
    assert computer.first_problem(NO_SERVICE).cure == "sudo dnf install pcsc-lite pcsc-lite-ccid"


def test_root_needs_no_sudo(computer):
    computer.is_root = True
    computer.distribution()
    assert computer.first_problem(NO_SERVICE).cure == (
        "apt install pcscd libccid && systemctl enable --now pcscd.socket"
    )


def test_stopped_service_under_systemd(computer):
    computer.distribution()
    computer.pcscd()
    first = computer.first_problem(NO_SERVICE)
    assert first.code == "service-stopped"
    assert first.cure == "sudo systemctl enable --now pcscd.socket"
    assert "SCARD_E_NO_SERVICE" in first.detail


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (["/run/openrc/softlevel"], "sudo rc-update add pcscd default && sudo rc-service pcscd start"),
        (["/run/runit/stopit", "/etc/sv/pcscd/run"], "sudo ln -s /etc/sv/pcscd /var/service/"),
        (["/etc/init.d/pcscd"], "sudo service pcscd start"),
        ([], "sudo pcscd"),
    ],
)
def test_stopped_service_without_systemd(computer, files, command):
    computer.distribution(systemd=False)
    computer.pcscd()
    for path in files:
        computer.file(path)
    assert computer.first_problem(NO_SERVICE).cure == command


def test_signed_error_codes_mean_the_same(computer):
    computer.healthy()
    assert computer.first_problem(PcscView(service_running=False, error_code=0x8010006A - (1 << 32))).code == (
        "access-denied"
    )


def test_without_a_code_the_engines_own_words_are_shown(computer):
    computer.distribution()
    computer.pcscd()
    first = computer.first_problem(PcscView(service_running=False, detail="The service does not answer."))
    assert first.code == "service-stopped"
    assert first.detail.endswith(" The service does not answer.")


@pytest.mark.parametrize("unit", ["pcscd.socket", "pcscd.service"])
def test_masked_unit(computer, unit):
    computer.distribution()
    computer.pcscd()
    computer.link(f"/etc/systemd/system/{unit}", "/dev/null")
    first = computer.first_problem(NO_SERVICE)
    assert first.code == "service-masked"
    assert unit in first.detail
    assert first.cure == (
        "sudo systemctl unmask pcscd.socket pcscd.service && sudo systemctl enable --now pcscd.socket"
    )


def test_socket_without_listener_is_stale(computer):
    computer.healthy()
    (computer.root / "run/pcscd/pcscd.comm").unlink()
    computer.socket(listening=False)
    first = computer.first_problem(NO_SERVICE)
    assert first.code == "socket-stale"
    assert first.cure == "sudo systemctl stop pcscd.socket pcscd.service && sudo systemctl start pcscd.socket"


def test_socket_with_listener_that_fails_is_a_failing_service(computer):
    computer.healthy()
    first = computer.first_problem(NO_SERVICE)
    assert first.code == "service-failing"
    assert "journalctl" in first.cure_note


def test_a_listener_is_recognised_under_the_old_name_of_run(computer):
    computer.healthy()
    text = (computer.root / "proc/net/unix").read_text().replace("/run/pcscd", "/var/run/pcscd")
    computer.file("/proc/net/unix", text)
    assert computer.first_problem(NO_SERVICE).code == "service-failing"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/net/unix is Linux's")
def test_the_kernels_own_list_of_sockets_is_understood(tmp_path, monkeypatch):
    path = tmp_path / "other.comm"
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path) if len(str(path)) < 100 else path.name)
        name = server.getsockname()
        machine = Machine(Path("/"), {"PCSCLITE_CSOCK_NAME": name}, "linux", "alice")
        # Bound, but nobody listens: the variable is to blame. Once somebody does, it is not.
        assert examine(machine, NO_SERVICE)[0].code == "socket-redirected"
        server.listen()
        assert examine(machine, NO_SERVICE)[0].code != "socket-redirected"


def test_variable_that_names_a_missing_socket(computer):
    computer.healthy()
    computer.environ["PCSCLITE_CSOCK_NAME"] = "/tmp/elsewhere.comm"
    first = computer.first_problem(NO_SERVICE)
    assert first.code == "socket-redirected"
    assert "/tmp/elsewhere.comm" in first.detail
    assert first.cure == "unset PCSCLITE_CSOCK_NAME"


def test_variable_in_use_is_noted(computer):
    computer.healthy()
    computer.environ["PCSCLITE_CSOCK_NAME"] = "/tmp/elsewhere.comm"
    findings = {finding.code: finding for finding in computer.examine(RUNNING)}
    assert findings["socket-redirected"].level == "note"


def test_variable_that_names_the_usual_socket_is_nothing_special(computer):
    computer.healthy()
    computer.environ["PCSCLITE_CSOCK_NAME"] = "/run/pcscd/pcscd.comm"
    assert "socket-redirected" not in {finding.code for finding in computer.examine(RUNNING)}


def test_protocol_mismatch(computer):
    computer.healthy()
    first = computer.first_problem(SERVICE_STOPPED)
    assert first.code == "protocol-mismatch"
    assert "systemctl" in first.cure


def test_running_service_is_a_positive_finding_with_its_version(computer):
    computer.healthy()
    computer.pcscd("2.3.0")
    findings = {finding.code: finding for finding in computer.examine(RUNNING)}
    assert findings["service-running"].level == "ok"
    assert findings["service-running"].title == "The PC/SC service is running (pcscd 2.3.0)"


def test_running_service_of_unknown_version(computer):
    assert "The PC/SC service is running" in {finding.title for finding in computer.examine(RUNNING)}


@pytest.mark.parametrize(
    ("environ", "session", "words"),
    [
        ({"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}, None, "SSH"),
        ({"XDG_SESSION_ID": "3"}, "ACTIVE=1\nREMOTE=1\n", "remote"),
        ({"XDG_SESSION_ID": "3"}, "ACTIVE=0\nREMOTE=0\n", "not the active one"),
        ({"XDG_SESSION_ID": "3"}, "ACTIVE=1\nREMOTE=0\n", "active and local"),
        ({}, None, "outside any desktop session"),
        ({"XDG_SESSION_ID": "3"}, None, "outside any desktop session"),
    ],
)
def test_refusal_names_the_session(computer, environ, session, words):
    computer.healthy()
    computer.environ.update(environ)
    if session is not None:
        computer.file("/run/systemd/sessions/3", f"# This is private data. Do not parse.\n{session}")
    first = computer.first_problem(REFUSED)
    assert first.code == "access-denied"
    assert words in first.detail


@pytest.mark.parametrize("user", ["alice", "CORP\\alice", "o'neil", 'a"b'])
def test_polkit_rule_is_written_as_meant(computer, user, tmp_path):
    computer.healthy()
    computer.user = user
    written = run_with_stand_ins(computer.first_problem(REFUSED).cure, tmp_path)
    rule = written["/etc/polkit-1/rules.d/50-cardscope-pcsc.rules"]
    # Action names of pcsc-lite's doc/org.debian.pcsc-lite.policy.
    assert '"org.debian.pcsc-lite.access_pcsc"' in rule
    assert '"org.debian.pcsc-lite.access_card"' in rule
    literal = re.search(r"subject\.user == (\".*\")\)", rule)
    assert literal is not None
    assert json.loads(literal[1]) == user
    for left, right in ("()", "{}", "[]"):
        assert rule.count(left) == rule.count(right)
    assert rule.startswith("polkit.addRule(function(action, subject) {\n")
    assert rule.endswith("});\n")


def test_refusal_of_a_nameless_user_has_no_command(computer):
    computer.healthy()
    computer.user = ""
    assert computer.first_problem(REFUSED).cure == ""


def test_blacklist_is_written_as_meant(computer, tmp_path):
    computer.healthy()
    computer.acr122u(driver="pn533_usb")
    computer.modules("pn533_usb", "pn533", "nfc")
    written = run_with_stand_ins(computer.first_problem(RUNNING).cure, tmp_path)
    assert written["/etc/modprobe.d/blacklist-nfc-pn533.conf"] == (
        "blacklist pn533_usb\nblacklist pn533\nblacklist nfc\n"
    )
    assert written["modprobe"] == "-r pn533_usb pn533 nfc\n"


def run_with_stand_ins(command: str, folder: Path) -> dict[str, str]:
    """Runs ``command`` where sudo, tee and modprobe only note what they are given. Returns the notes."""
    programs, notes = folder / "bin", folder / "notes"
    programs.mkdir()
    notes.mkdir()
    for name, script in {
        "sudo": 'exec "$@"',
        "tee": f'/bin/cat > "{notes}/$(echo "$1" | /usr/bin/tr / %)"',
        "modprobe": f'echo "$@" > "{notes}/modprobe"',
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    # No other folder in PATH: nothing but the stand-ins can be reached.
    subprocess.run(["/bin/sh", "-ec", command], env={"PATH": str(programs)}, check=True, timeout=10)
    return {note.name.replace("%", "/"): note.read_text() for note in notes.iterdir()}


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_unreadable_folders_are_as_good_as_empty(computer):
    computer.healthy()
    folder = computer.root / "run/pcscd"
    folder.chmod(0)
    try:
        assert computer.examine(NO_SERVICE)
    finally:
        folder.chmod(0o755)
