"""CardScope's library: readers, cards and what their bytes mean. Imports no Qt."""

__version__ = "0.1.0"
