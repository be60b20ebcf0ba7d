"""The strip that says which card is shown: what it is, its UID and its ATR."""
