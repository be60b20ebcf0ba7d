"""Why is my reader not listed? Looks for the known causes on this machine, and changes nothing.

:func:`examine` is a pure function of what a :class:`Machine` shows and of what PC/SC answered, so every cause is tested
on a made-up file system. :func:`diagnose` is the same on the machine that CardScope runs on.
"""

from cardscope.doctor.examine import diagnose, examine
from cardscope.doctor.finding import Finding, Level, PcscView
from cardscope.doctor.machine import Machine
from cardscope.doctor.report import render_text

__all__ = ["Finding", "Level", "Machine", "PcscView", "diagnose", "examine", "render_text"]
