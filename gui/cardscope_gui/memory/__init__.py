"""The Memory tab: the pages of a Type 2 tag as a table that is edited, and the selected page in words."""
