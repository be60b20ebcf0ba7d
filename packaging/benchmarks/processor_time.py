"""How much of the processors another process has used."""

import ctypes
import os
import sys
import time

from .results import NotMeasured


def used_by(pid: int) -> float:
    """Seconds of processor time (user and system, all threads, ended ones too) of the process so far.

    Raises NotMeasured where the system cannot tell.
    """
    if sys.platform != "linux":
        raise NotMeasured("the processor time of another process is only read on Linux")
    # Nanoseconds; /proc/PID/stat counts in steps of 10 ms.
    clock = ctypes.c_int()
    if code := ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock)):
        raise ProcessLookupError(code, os.strerror(code))
    return time.clock_gettime(clock.value)
