#!/usr/bin/env python3
"""From a fresh checkout to the running app, or to every test, on a machine that has only Python.

    python3 packaging/dev.py run                      open CardScope
    python3 packaging/dev.py run --virtual ntag216    the same with a virtual NTAG216 in place
    python3 packaging/dev.py test                     check and test everything

`dev.py --help` lists the rest. Only the standard library is used.
"""

import os
import sys

# This file has to parse on every Python that a machine may start it with, so that an old one is told what to do:
# no annotations, no f-strings. The work is in the modules beside it.
if sys.version_info < (3, 11):  # noqa: UP036 - this is the line that enforces the minimum

    def newer_python():
        names = ["python3.%d" % minor for minor in range(20, 10, -1)]  # noqa: UP031
        folders = os.environ.get("PATH", "").split(os.pathsep)
        found = [name for name in names for folder in folders if os.path.exists(os.path.join(folder, name))]  # noqa: PTH110, PTH118
        return found[0] if found else None

    name = newer_python()
    if name:
        advice = "This machine has a newer one, so start it as: %s %s" % (name, " ".join(sys.argv))  # noqa: UP031
    elif sys.platform == "darwin":
        advice = (
            "Install one with 'brew install python@3.13' or from python.org, then start this again with python3.13."
        )
    else:
        advice = "Install one (Debian 12, Ubuntu 24.04 and Fedora 37 or later have it), then start this again with it."
    sys.exit("CardScope needs Python 3.11 or newer, and this is %d.%d. %s" % (sys.version_info[:2] + (advice,)))  # noqa: UP031, RUF005

import commands

sys.exit(commands.main(sys.argv[1:]))
