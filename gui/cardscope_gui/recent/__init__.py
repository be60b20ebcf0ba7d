"""The cards that were on a reader before, under the names that the user gave them."""
