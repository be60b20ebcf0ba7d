"""The sub-commands of ``cardscope``: one module each, whose ``run`` takes parsed options and returns an exit code."""
