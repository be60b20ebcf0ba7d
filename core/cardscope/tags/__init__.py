"""What is known of tag chips: no input or output here."""
