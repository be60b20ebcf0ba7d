"""The checksum of ISO/IEC 14443-3 frames, for the few commands in which a host sees it."""


def crc_a(data: bytes) -> bytes:
    """CRC_A of ISO/IEC 14443-3 annex B: polynomial 8408 (reflected), preset 6363, least significant byte first."""
    crc = 0x6363
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return crc.to_bytes(2, "little")
