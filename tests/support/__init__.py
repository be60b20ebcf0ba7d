"""Real parts for tests and benchmarks: a private PC/SC service, virtual cards on it, a screen."""
