"""The key to a Wi-Fi network as a form."""

from typing import Final

from PySide6.QtWidgets import QWidget

from cardscope.ndef.contents import Content, Wifi
from cardscope.ndef.encoding import ContentError
from cardscope_gui.ndef.forms.form import FieldError, Form, ShowButton
from cardscope_gui.ndef.words import tr

_ENCRYPTION: Final = {"Open": "None", "WPA2-Personal": "AES", "WPA/WPA2-Personal": "AES/TKIP", "WPA-Personal": "TKIP"}
"""What goes with each of the securities to choose from."""


class WifiForm(Form):
    """Name, kind of security, password."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = Wifi("")
        self._ssid = self._line("ssid", tr("Network"), tr("Its name (SSID), exactly as it is spelt."))
        self._security = self._choice(
            "security",
            tr("Security"),
            {
                "WPA2-Personal": tr("WPA2 (WPA3 networks that allow WPA2 too)"),
                "WPA/WPA2-Personal": tr("WPA and WPA2"),
                "WPA-Personal": tr("WPA only"),
                "Open": tr("None: an open network"),
            },
        )
        self.show_key = ShowButton(self)
        hint = tr("Everyone who can hold a phone to the tag can read it.")
        self._key = self._line("key", tr("Password"), hint, beside=self.show_key)
        self.show_key.follow(self._key)
        self.show_key.toggled.connect(self.secret_shown)
        self.setTabOrder(self._key, self.show_key)
        self._security.currentIndexChanged.connect(self._security_changed)

    def content(self) -> Wifi:
        security = str(self._security.currentData())
        ssid, key = self._ssid.text(), self._key.text()
        if not ssid:
            raise FieldError("ssid", tr("Give the network's name."))
        if security == "Open":
            key = ""
        elif not key and security in _ENCRYPTION:
            raise FieldError("key", tr("Give the password, 8 to 63 characters."))
        same = security == self._before.authentication
        return Wifi(ssid, key, security, self._before.encryption if same else _ENCRYPTION[security])

    def blamed(self, error: ContentError) -> str:
        if isinstance(error, FieldError):
            return error.field
        return "key" if 1 <= len(self._ssid.text().encode()) <= 32 else "ssid"

    def _fill(self, content: Content | None) -> None:
        network = content if isinstance(content, Wifi) else Wifi("")
        self._before = network
        self._ssid.setText(network.ssid)
        self._key.setText(network.key)
        self.show_key.setChecked(False)
        if (at := self._security.findData(network.authentication)) < 0:
            self._security.addItem(network.authentication or tr("Not said"), network.authentication)
            at = self._security.count() - 1
        self._security.setCurrentIndex(at)
        self._security_changed()

    def _security_changed(self) -> None:
        secret = self._security.currentData() != "Open"
        self._key.setEnabled(secret)
        self.show_key.setEnabled(secret)
