"""The library of commands: what one can say to readers and cards, with what has to be filled in.

The built-in entries are in ``apdu_library.toml`` of the resources; a file of that name in the user's configuration
folder adds to them. Both have one format, which the built-in file describes.
"""

from cardscope.library.entry import Basis, CardKind, Entry, Label, Rendered
from cardscope.library.fit import Context, context_of, why_not
from cardscope.library.loading import Library, built_in, load_library, own_library_path
from cardscope.library.parameters import Choice, Hex, Number, Parameter, ParameterError, Text
from cardscope.library.reading import Fault, read_entries
from cardscope.library.template import TemplateError

__all__ = [
    "Basis",
    "CardKind",
    "Choice",
    "Context",
    "Entry",
    "Fault",
    "Hex",
    "Label",
    "Library",
    "Number",
    "Parameter",
    "ParameterError",
    "Rendered",
    "TemplateError",
    "Text",
    "built_in",
    "context_of",
    "load_library",
    "own_library_path",
    "read_entries",
    "why_not",
]
