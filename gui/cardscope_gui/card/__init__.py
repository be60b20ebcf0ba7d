"""The page of a card that is present: what its answer to reset says."""
