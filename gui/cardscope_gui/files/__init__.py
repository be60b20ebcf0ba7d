"""Dump files: opened as if they were tags, saved, compared, and put into the virtual reader."""
