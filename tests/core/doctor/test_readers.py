"""USB devices, their drivers, the kernel's NFC modules, and what PC/SC lists of them."""

import tomllib

import pytest

from cardscope.doctor import PcscView
from cardscope_resources import resource

NO_SERVICE = PcscView(service_running=False, error_code=0x8010001D)
NOTHING_LISTED = PcscView(service_running=True)
ACR122U_LISTED = PcscView(service_running=True, readers=("ACS ACR122U PICC Interface 00 00",))
BLACKLIST = (
    r"printf 'blacklist pn533_usb\nblacklist pn533\nblacklist nfc\n' | sudo tee"
    " /etc/modprobe.d/blacklist-nfc-pn533.conf && sudo modprobe -r pn533_usb pn533 nfc"
)


def by_code(findings):
    return {finding.code: finding for finding in findings}


def test_all_is_well(computer):
    computer.healthy()
    computer.acr122u(driver="usbfs")
    findings = computer.examine(ACR122U_LISTED)
    assert {finding.level for finding in findings} == {"ok"}
    assert set(by_code(findings)) == {
        "service-running",
        "reader-listed",
        "readers-listed",
        "driver-installed",
        "nfc-modules-clear",
    }
    assert "072F:2200" in by_code(findings)["reader-listed"].title


def test_no_reader_plugged_in(computer):
    computer.healthy()
    first = computer.first_problem(NOTHING_LISTED)
    assert first.code == "no-usb-reader"
    assert first.title == "No USB device that looks like a card reader is plugged in"


def test_no_reader_plugged_in_matters_less_when_others_are_listed(computer):
    computer.healthy()
    findings = computer.examine(PcscView(service_running=True, readers=("Virtual PCD 00 00", "Virtual PCD 00 01")))
    assert by_code(findings)["no-usb-reader"].level == "note"


def test_the_stopped_service_comes_before_the_missing_device(computer):
    computer.healthy()
    problems = [finding.code for finding in computer.examine(NO_SERVICE) if finding.level == "problem"]
    assert problems == ["service-failing", "no-usb-reader"]


def test_usb_out_of_sight(computer):
    computer.distribution()
    assert by_code(computer.examine(NOTHING_LISTED))["usb-unseen"].level == "note"


# ---- kernel modules --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", ["pn533_usb", ""])
def test_kernel_holds_the_reader(computer, driver):
    computer.healthy()
    computer.modules("pn533_usb", "pn533", "nfc")
    computer.acr122u(driver=driver)
    findings = computer.examine(NOTHING_LISTED)
    assert [finding.code for finding in findings if finding.level == "problem"] == ["nfc-modules-loaded"]
    assert "ACR122U" in findings[0].title
    assert findings[0].cure == BLACKLIST
    assert "plug it in again" in findings[0].cure_note


def test_old_kernels_have_one_module_less(computer):
    computer.healthy()
    computer.modules("pn533", "nfc")
    computer.acr122u(driver="pn533")
    assert computer.first_problem(NOTHING_LISTED).cure.endswith("&& sudo modprobe -r pn533 nfc")


def test_modules_in_nobodys_way_are_a_note(computer):
    computer.healthy()
    computer.modules("pn533_usb", "pn533", "nfc")
    computer.acr122u(driver="usbfs")
    assert by_code(computer.examine(ACR122U_LISTED))["nfc-modules-loaded"].level == "note"


def test_modules_are_the_suspect_when_usb_is_out_of_sight(computer):
    computer.distribution()
    computer.modules("pn533_usb", "pn533", "nfc")
    assert computer.first_problem(NOTHING_LISTED).code == "nfc-modules-loaded"


def test_nfc_core_alone_is_a_built_in_chips_business(computer):
    computer.healthy()
    computer.modules("nfc", "nxp_nci_i2c")
    assert by_code(computer.examine(NOTHING_LISTED))["nfc-modules-clear"].level == "ok"


# ---- drivers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("os_release", "install"),
    [
        ("ID=ubuntu\nID_LIKE=debian\n", "sudo apt install libccid"),
        ("ID=fedora\n", "sudo dnf install pcsc-lite-ccid"),
        ("ID=arch\n", "sudo pacman -S --needed ccid"),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "sudo zypper install pcsc-ccid"),
    ],
)
def test_missing_ccid_driver(computer, os_release, install):
    computer.distribution(os_release)
    computer.pcscd()
    computer.modules()
    computer.acr122u()
    findings = computer.examine(NOTHING_LISTED)
    assert [finding.code for finding in findings if finding.level == "problem"] == ["driver-missing"]
    assert findings[0].cure == (
        f"{install} && sudo systemctl stop pcscd.socket pcscd.service && sudo systemctl start pcscd.socket"
    )


@pytest.mark.parametrize(
    "folder", ["/usr/lib/pcsc/drivers", "/usr/lib64/pcsc/drivers", "/usr/lib64/readers", "/usr/lib64/readers/usb"]
)
def test_driver_folders_of_the_distributions(computer, folder):
    computer.pcscd()
    computer.driver((0x072F, 0x2200, "ACS ACR122U PICC Interface"), folder=folder)
    finding = by_code(computer.examine(NOTHING_LISTED))["driver-installed"]
    assert finding.detail == "ifd-ccid.bundle 1.5.2."


def test_the_folder_that_pcscd_was_built_with_counts(computer):
    computer.pcscd()
    key = ("/usr/sbin/pcscd", "--version")
    computer.answers[key] = computer.answers[key].replace("/usr/lib/pcsc/drivers", "/opt/pcsc")
    computer.driver((0x072F, 0x2200, "ACS ACR122U PICC Interface"), folder="/opt/pcsc")
    assert "driver-installed" in by_code(computer.examine(NOTHING_LISTED))


@pytest.mark.parametrize(
    ("os_release", "install"),
    [
        ("ID=debian\n", "sudo apt install libacsccid1 && "),
        ("ID=fedora\n", "sudo dnf install pcsc-lite-acsccid && "),
        ("ID=opensuse-leap\nID_LIKE=suse\n", "sudo zypper install pcsc-acsccid && "),
        ("ID=arch\n", ""),
    ],
)
def test_acs_reader_newer_than_the_driver(computer, os_release, install):
    computer.healthy()
    computer.distribution(os_release)
    computer.usb(0x072F, 0x2308, "ACR1552 CL Reader")
    first = computer.first_problem(NOTHING_LISTED)
    assert first.code == "reader-unknown-to-driver"
    assert "072F:2308" in first.title
    assert first.cure.startswith(install)
    assert bool(first.cure) == bool(install)


def test_reader_of_another_maker_newer_than_the_driver(computer):
    computer.healthy()
    computer.usb(0x1234, 0x5678, "Brand New Reader")
    first = computer.first_problem(NOTHING_LISTED)
    assert first.code == "reader-unknown-to-driver"
    assert first.cure == ""
    assert first.cure_note


@pytest.mark.parametrize("content", [b"", b"<plist", b"<?xml version='1.0'?><plist><dict/></plist>", b"\x00bplist"])
def test_a_broken_driver_list_accuses_nobody(computer, content):
    computer.healthy()
    computer.file("/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist", content)
    computer.acr122u()
    assert computer.first_problem(NOTHING_LISTED).code == "reader-not-listed"


# ---- devices ---------------------------------------------------------------------------------------------------------


def test_reader_that_pcsc_does_not_list(computer):
    computer.healthy()
    computer.usb(0x072F, 0x2200, "ACR122U PICC Interface", serial="A1B2C3")
    first = computer.first_problem(NOTHING_LISTED)
    assert first.code == "reader-not-listed"
    assert "ACR122U PICC Interface (USB 072F:2200)" in first.title
    assert "A1B2C3" in first.detail
    assert first.cure == "sudo systemctl stop pcscd.socket pcscd.service && sudo systemctl start pcscd.socket"


def test_reader_that_a_program_holds(computer):
    computer.healthy()
    computer.acr122u(driver="usbfs")
    assert "scdaemon" in computer.first_problem(NOTHING_LISTED).detail


def test_known_reader_without_the_smart_card_class(computer):
    computer.healthy()
    computer.usb(0x04E6, 0x5291, "SCL010 Contactless Reader", classes=(0xFF,))
    assert "04E6:5291" in computer.first_problem(NOTHING_LISTED).title


@pytest.mark.parametrize(("vendor", "product"), [(0x04E6, 0x5591), (0x054C, 0x06C1), (0x04CC, 0x2533)])
def test_nfc_reader_without_pcsc(computer, vendor, product):
    computer.healthy()
    computer.modules("pn533_usb", "pn533", "nfc")
    computer.usb(vendor, product, "", classes=(0xFF,), driver="pn533_usb")
    findings = computer.examine(NOTHING_LISTED)
    assert [finding.code for finding in findings if finding.level == "problem"] == ["reader-not-pcsc"]
    assert f"{vendor:04X}:{product:04X}" in findings[0].title


def test_plugged_in_readers_are_not_accused_while_the_service_is_stopped(computer):
    computer.healthy()
    computer.acr122u()
    findings = by_code(computer.examine(NO_SERVICE))
    assert findings["reader-plugged"].level == "ok"
    assert "reader-not-listed" not in findings


@pytest.mark.parametrize(("listed", "missing"), [("FIRST", "SECOND"), ("SECOND", "FIRST")])
def test_one_of_two_alike_is_missing(computer, listed, missing):
    computer.healthy()
    computer.usb(0x072F, 0x2200, "ACR122U PICC Interface", serial="FIRST")
    computer.usb(0x072F, 0x2200, "ACR122U PICC Interface", serial="SECOND")
    reader = f"ACS ACR122U PICC Interface ({listed}) 00 00"
    findings = by_code(computer.examine(PcscView(service_running=True, readers=(reader,))))
    assert missing in findings["reader-not-listed"].detail
    assert listed in findings["reader-listed"].detail


def test_two_alike_are_listed(computer):
    computer.healthy()
    computer.acr122u()
    computer.acr122u()
    readers = ("ACS ACR122U PICC Interface 00 00", "ACS ACR122U PICC Interface 01 00")
    findings = computer.examine(PcscView(service_running=True, readers=readers))
    assert [finding.code for finding in findings].count("reader-listed") == 2
    assert {finding.level for finding in findings} == {"ok"}


def test_slots_of_one_reader_do_not_stand_for_another(computer):
    computer.healthy()
    computer.driver((0x072F, 0x223B, "ACS ACR1252 Dual Reader"))
    computer.usb(0x072F, 0x223B, "ACR1252 Dual Reader")
    computer.usb(0x072F, 0x223B, "ACR1252 Dual Reader")
    one_with_two_slots = ("ACS ACR1252 Dual Reader 00 00", "ACS ACR1252 Dual Reader 00 01")
    codes = [finding.code for finding in computer.examine(PcscView(service_running=True, readers=one_with_two_slots))]
    assert codes.count("reader-not-listed") == 1


def test_interfaces_of_one_device_are_several_readers(computer):
    computer.healthy()
    computer.driver((0x076B, 0x5422, "HID Global OMNIKEY 5422 Smartcard Reader"))
    computer.usb(0x076B, 0x5422, "OMNIKEY 5422 Smartcard Reader", classes=(0x0B, 0x0B))
    readers = (
        "HID Global OMNIKEY 5422 Smartcard Reader [OMNIKEY 5422CL Smartcard Reader] (KU1) 00 00",
        "HID Global OMNIKEY 5422 Smartcard Reader [OMNIKEY 5422 Smartcard Reader] (KU1) 01 00",
    )
    findings = computer.examine(PcscView(service_running=True, readers=readers))
    assert {finding.level for finding in findings} == {"ok"}


def test_another_model_of_the_same_maker_does_not_count(computer):
    computer.healthy()
    computer.file("/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist")
    computer.acr122u()
    findings = computer.examine(PcscView(service_running=True, readers=("ACS ACR1252 Dual Reader 00 00",)))
    assert findings[0].code == "reader-not-listed"


def test_virtual_readers_stand_for_no_device(computer):
    computer.healthy()
    computer.usb(0x1234, 0x5678, "")
    findings = computer.examine(PcscView(service_running=True, readers=("Virtual PCD 00 00", "Virtual PCD 00 01")))
    assert findings[0].code == "reader-unknown-to-driver"


def test_a_nameless_device_takes_the_reader_that_is_left(computer):
    computer.healthy()
    computer.usb(0x1234, 0x5678, "")
    findings = computer.examine(PcscView(service_running=True, readers=("Some Reader 00 00",)))
    assert {finding.level for finding in findings} == {"ok"}


# ---- the table -------------------------------------------------------------------------------------------------------


def test_table_is_sound():
    table = tomllib.loads(resource("readers.toml").read_text(encoding="utf-8"))
    ids = [(entry["vendor"], entry["product"]) for entry in table["reader"]]
    assert len(set(ids)) == len(ids)
    for entry in table["reader"]:
        assert set(entry) <= {"vendor", "product", "name", "pcsc", "pn533", "source"}
        assert 0 < entry["vendor"] <= 0xFFFF
        assert 0 < entry["product"] <= 0xFFFF
        assert entry["name"]
        assert entry["source"]
        assert isinstance(entry["pcsc"], bool)


def test_table_has_every_device_of_the_kernels_driver():
    # Linux drivers/nfc/pn533/usb.c, pn533_usb_table.
    table = tomllib.loads(resource("readers.toml").read_text(encoding="utf-8"))
    claimed = {(entry["vendor"], entry["product"]) for entry in table["reader"] if entry.get("pn533")}
    assert claimed == {(0x04CC, 0x2533), (0x04E6, 0x5591), (0x054C, 0x02E1), (0x072F, 0x2200)}
