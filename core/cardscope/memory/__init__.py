"""Editing the memory of a Type 2 tag: staged changes, the plan that makes them, its rehearsal and its execution."""
