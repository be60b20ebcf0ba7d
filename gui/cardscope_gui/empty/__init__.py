"""What stands in the main area while there is no card to show, and what to do about it."""
