"""Type 2 tags in software, at the level of the radio frames."""

from cardscope.tags.image import check_image, factory_image, image_pages
from cardscope.virtual.answers import ACK, Answer, Nibble
from cardscope.virtual.type2.choices import SiliconChoices
from cardscope.virtual.type2.silicon import State
from cardscope.virtual.type2.tag import Type2Tag

__all__ = [
    "ACK",
    "Answer",
    "Nibble",
    "SiliconChoices",
    "State",
    "Type2Tag",
    "check_image",
    "factory_image",
    "image_pages",
]
