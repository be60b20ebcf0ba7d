"""The introduction's walk, as any pyscard program does it: list, connect, UID; then wait for a card, ATR and UID.

A program of its own: it shares nothing with CardScope. Prints one JSON object.
"""

import json
import sys

from smartcard.CardRequest import CardRequest
from smartcard.CardType import AnyCardType
from smartcard.Exceptions import CardRequestTimeoutException
from smartcard.System import readers
from smartcard.util import toBytes, toHexString

GET_UID = toBytes("FF CA 00 00 00")


def main() -> None:
    names = [str(reader) for reader in readers()]
    connection = readers()[0].createConnection()
    connection.connect()
    first_uid, *first_status = connection.transmit(GET_UID)
    connection.disconnect()

    service = CardRequest(timeout=5, cardType=AnyCardType(), readers=[readers()[0]]).waitforcard()
    service.connection.connect()
    atr = service.connection.getATR()
    second_uid, *second_status = service.connection.transmit(GET_UID)
    service.connection.disconnect()

    try:
        CardRequest(timeout=0.3, cardType=AnyCardType(), readers=[readers()[1]]).waitforcard()
        timed_out = False
    except CardRequestTimeoutException:
        timed_out = True
    json.dump(
        {
            "readers": names,
            "uid": toHexString(first_uid),
            "status": toHexString(first_status),
            "atr": toHexString(atr),
            "uid_after_waiting": toHexString(second_uid),
            "status_after_waiting": toHexString(second_status),
            "empty_reader_timed_out": timed_out,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
