"""Passwords, keys and locks: what opens a tag for this session, and the guided ways to close one."""
