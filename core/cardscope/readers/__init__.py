"""Readers behind one protocol: PC/SC, its watch thread and its workers."""
