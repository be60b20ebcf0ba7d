"""The least that notices a card: SCardGetStatusChange in a loop on the first reader.

Prints "ready", then "in T" and "out T", T being the `time.monotonic()` at which the call returned.
"""

import time

from smartcard import scard

_, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
_, readers = scard.SCardListReaders(context, [])
state, present = scard.SCARD_STATE_UNAWARE, False
print("ready", flush=True)
while True:
    result, answer = scard.SCardGetStatusChange(context, scard.INFINITE, [(readers[0], state)])
    returned = time.monotonic()
    assert result == 0, scard.SCardGetErrorMessage(result)
    state = answer[0][1] & ~scard.SCARD_STATE_CHANGED
    if present != bool(state & scard.SCARD_STATE_PRESENT):
        present = not present
        print("in" if present else "out", returned, flush=True)
