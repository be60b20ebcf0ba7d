"""The write guard: what a command would do to a card, decided before it is sent."""
