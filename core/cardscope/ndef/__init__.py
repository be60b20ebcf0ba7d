"""NDEF: the data area of Type 2 tags, messages and their records. ndeflib codes the records; what it lacks is here."""
