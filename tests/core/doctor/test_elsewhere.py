"""Sandboxes, Windows, macOS, this very machine, and the texts that come out."""

import json
import sys
import tomllib

import pytest

from cardscope.doctor import Finding, Machine, PcscView, diagnose, examine, render_text
from cardscope_resources import resource

NO_SERVICE = PcscView(service_running=False, error_code=0x8010001D)
NOTHING_LISTED = PcscView(service_running=True)
FLATPAK = "[Application]\nname=org.example.CardScope\n\n[Context]\nsockets=x11;wayland;{}\n"


# ---- sandboxes -------------------------------------------------------------------------------------------------------


def test_flatpak_without_permission(computer):
    computer.file("/.flatpak-info", FLATPAK.format(""))
    first = computer.first_problem(NO_SERVICE)
    assert first.code == "sandbox-closed"
    assert first.cure == "flatpak override --user --socket=pcsc org.example.CardScope"
    assert "outside the sandbox" in first.cure_note


def test_flatpak_with_permission_but_no_service_on_the_computer(computer):
    computer.file("/.flatpak-info", FLATPAK.format("pcsc;"))
    first = computer.first_problem(NO_SERVICE)
    assert first.code == "sandbox-host-service"
    assert first.cure == "sudo systemctl enable --now pcscd.socket"


def test_flatpak_that_works(computer):
    computer.file("/.flatpak-info", FLATPAK.format("pcsc;"))
    computer.socket()
    # Flatpak sets the variable to the usual place (flatpak_run_add_pcsc_args).
    computer.environ.update({"PCSCLITE_CSOCK_NAME": "/run/pcscd/pcscd.comm", "container": "flatpak"})
    findings = {finding.code: finding for finding in computer.examine(NOTHING_LISTED)}
    assert findings["sandbox-open"].level == "ok"
    assert "driver-missing" not in findings


def test_readers_are_matched_by_model_where_the_drivers_are_out_of_sight(computer):
    computer.file("/.flatpak-info", FLATPAK.format("pcsc;"))
    computer.socket()
    computer.acr122u(driver="usbfs")
    computer.usb(0x072F, 0x223B, "ACR1252 Dual Reader", driver="usbfs")
    findings = computer.examine(PcscView(service_running=True, readers=("ACS ACR1252 Dual Reader 00 00",)))
    assert [finding.title for finding in findings if finding.level == "problem"] == [
        "ACR122U PICC Interface (USB 072F:2200) is plugged in, but PC/SC does not list it"
    ]


def test_flatpak_whose_service_went_away(computer):
    computer.file("/.flatpak-info", FLATPAK.format("pcsc;"))
    computer.socket()
    assert computer.first_problem(NO_SERVICE).code == "service-stopped"


def test_sandbox_with_another_protocol(computer):
    computer.file("/.flatpak-info", FLATPAK.format("pcsc;"))
    computer.socket()
    assert computer.first_problem(PcscView(service_running=False, error_code=0x8010001E)).code == "protocol-mismatch"


@pytest.mark.parametrize("label", ["snap.cardscope.cardscope (enforce)\n", None])
def test_snap_without_connection(computer, label):
    computer.environ.update({"SNAP": "/snap/cardscope/12", "SNAP_INSTANCE_NAME": "cardscope"})
    if label is not None:
        computer.file("/proc/self/attr/current", label)
    first = computer.first_problem(NO_SERVICE)
    assert first.code == "sandbox-closed"
    assert first.cure == "sudo snap connect cardscope:pcscd"


@pytest.mark.parametrize("label", ["unconfined\n", "snap.code.code (complain)\n"])
def test_started_from_a_classic_snaps_terminal(computer, label):
    computer.environ.update({"SNAP": "/snap/code/12", "SNAP_NAME": "code"})
    computer.file("/proc/self/attr/current", label)
    computer.distribution()
    assert computer.first_problem(NO_SERVICE).code == "service-missing"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/.dockerenv", ""),
        ("/run/.containerenv", 'engine="podman-5.0"\n'),
        ("/proc/1/cgroup", "12:cpuset:/docker/0123456789abcdef\n"),
    ],
)
def test_container_without_a_service(computer, path, content):
    computer.distribution(systemd=False)
    computer.file(path, content)
    first = computer.first_problem(NO_SERVICE)
    assert first.code == "sandbox-closed"
    assert "--volume /run/pcscd:/run/pcscd" in first.cure_note


def test_container_with_a_service_of_its_own(computer):
    computer.distribution(systemd=False)
    computer.file("/.dockerenv")
    computer.pcscd()
    computer.is_root = True
    findings = computer.examine(NO_SERVICE)
    assert findings[0].code == "service-stopped"
    assert findings[0].cure == "pcscd"
    assert "sandbox-own-service" in {finding.code for finding in findings}


def test_no_container_in_an_ordinary_cgroup(computer):
    computer.distribution()
    computer.file("/proc/1/cgroup", "0::/init.scope\n")
    assert computer.first_problem(NO_SERVICE).code == "service-missing"


def test_kernel_modules_are_unloaded_outside_the_sandbox(computer):
    computer.file("/.dockerenv")
    computer.is_root = True
    computer.modules("pn533_usb", "pn533", "nfc")
    computer.acr122u(driver="pn533_usb")
    first = computer.first_problem(NOTHING_LISTED)
    assert first.code == "nfc-modules-loaded"
    assert first.cure_note.startswith("On the computer itself, outside the sandbox.")
    # Root in a container is an ordinary user outside.
    assert first.cure.endswith("&& sudo modprobe -r pn533_usb pn533 nfc")


# ---- Windows (recorded from Microsoft's documents) -------------------------------------------------------------------

QC = """[SC] QueryServiceConfig SUCCESS

SERVICE_NAME: SCardSvr
        TYPE               : 20  WIN32_SHARE_PROCESS
        START_TYPE         : {}
        ERROR_CONTROL      : 1   NORMAL
"""
QUERY = """
SERVICE_NAME: SCardSvr
        TYPE               : 20  WIN32_SHARE_PROCESS
        STATE              : {}
"""


@pytest.mark.parametrize(
    ("start_type", "state", "code"),
    [
        ("4   DISABLED", "1  STOPPED", "service-disabled"),
        ("3   DEMAND_START", "1  STOPPED", "service-stopped"),
        ("3   DEMAND_START", "4  RUNNING", "service-failing"),
    ],
)
def test_windows_service(computer, start_type, state, code):
    computer.platform = "win32"
    computer.answers["sc.exe", "qc", "SCardSvr"] = QC.format(start_type)
    computer.answers["sc.exe", "query", "SCardSvr"] = QUERY.format(state)
    first = computer.first_problem(NO_SERVICE)
    assert first.code == code
    assert first.cure
    assert "not tried" in first.cure_note


def test_windows_whose_service_tool_gives_no_answer(computer):
    computer.platform = "win32"
    assert computer.first_problem(NO_SERVICE).code == "service-stopped"


def test_windows_with_and_without_readers(computer):
    computer.platform = "win32"
    assert computer.first_problem(NOTHING_LISTED).code == "no-reader-listed"
    findings = computer.examine(PcscView(service_running=True, readers=("ACS ACR122 0",)))
    assert [finding.level for finding in findings] == ["ok", "ok"]


# ---- macOS -----------------------------------------------------------------------------------------------------------


def test_macos_with_and_without_readers(computer):
    computer.platform = "darwin"
    first = computer.first_problem(NOTHING_LISTED)
    assert first.code == "no-reader-listed"
    assert "not tried" in first.cure_note
    findings = computer.examine(PcscView(service_running=True, readers=("ACS ACR122U PICC Interface",)))
    assert {finding.level for finding in findings} == {"ok"}


# ---- this machine and the texts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pcsc",
    [
        NO_SERVICE,
        NOTHING_LISTED,
        PcscView(service_running=False, error_code=0x8010006A),
        PcscView(service_running=False, error_code=0x8010001E),
        PcscView(service_running=False, detail="The service is gone."),
        PcscView(service_running=True, readers=("Virtual PCD 00 00", "ACS ACR122U PICC Interface 01 00")),
    ],
)
def test_this_machine_can_be_examined(pcsc):
    findings = diagnose(pcsc)
    assert findings
    assert render_text(findings).endswith("\n")
    json.dumps([finding.to_json() for finding in findings])


@pytest.mark.skipif(sys.platform != "linux", reason="runs pcscd --version")
def test_a_question_to_a_missing_program_is_answered_with_nothing():
    assert Machine.this().query(["/nonexistent/pcscd", "--version"]) == ""


def test_an_empty_machine_can_be_examined(tmp_path):
    for platform in ("linux", "win32", "darwin", "freebsd14"):
        for pcsc in (NO_SERVICE, NOTHING_LISTED):
            assert examine(Machine(tmp_path, {}, platform, ""), pcsc)


def test_findings_as_json():
    finding = Finding("service-stopped", "problem", "Title", "Detail", "command", "Note")
    assert finding.to_json() == {
        "code": "service-stopped",
        "level": "problem",
        "title": "Title",
        "detail": "Detail",
        "cure": "command",
        "cure_note": "Note",
    }


def test_text_keeps_commands_whole(computer):
    computer.healthy()
    computer.modules("pn533_usb", "pn533", "nfc")
    computer.acr122u(driver="pn533_usb")
    findings = computer.examine(NOTHING_LISTED)
    text = render_text(findings)
    assert text.startswith("One problem found.\n")
    lines = [line.strip() for line in text.splitlines()]
    assert findings[0].cure in lines
    for finding in findings:
        assert any(finding.title in line for line in lines)
    assert text.index(findings[0].title) < text.index("The PC/SC service is running")


def test_text_counts_the_problems(computer):
    computer.healthy()
    assert render_text(computer.examine(NO_SERVICE)).startswith("2 problems found. Solve the first one first")
    assert render_text([]).startswith("No problem found.")


def test_table_is_packaged():
    assert tomllib.loads(resource("readers.toml").read_text(encoding="utf-8"))["interface_class"] == 0x0B
