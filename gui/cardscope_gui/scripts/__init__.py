"""Scripts in the window: written, run step by step, and their results."""
