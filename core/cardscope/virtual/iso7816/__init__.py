"""A teaching card that follows ISO/IEC 7816-4, with an NFC Forum Type 4 application.

What it holds, and every PIN, PUK and key of it, is in ``teaching_card.toml``; how to provoke each status word is in
``teaching_card_status_words.toml``.
"""

from cardscope.virtual.iso7816.teaching_card import Protocol, teaching_card_contact, teaching_card_contactless

__all__ = ["Protocol", "teaching_card_contact", "teaching_card_contactless"]
