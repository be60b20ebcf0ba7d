"""The least that a PySide6 program with a window and a table can be: what the app's start is compared with."""

import sys

from PySide6.QtWidgets import QApplication, QMainWindow, QTableWidget

application = QApplication(sys.argv)
window = QMainWindow()
window.setCentralWidget(QTableWidget())
window.show()
application.exec()
