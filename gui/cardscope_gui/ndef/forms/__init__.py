"""Forms for the contents of records, one for each kind that can be written."""
