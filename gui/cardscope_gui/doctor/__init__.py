"""Why a reader is not listed: the doctor in a thread of its own, and its findings on the screen."""
