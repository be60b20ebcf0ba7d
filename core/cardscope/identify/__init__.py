"""What a card is, and how that is known."""
