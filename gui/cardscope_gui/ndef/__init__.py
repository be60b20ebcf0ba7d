"""The NDEF tab: the records of a message as cards, forms to edit them in, and what a phone will do with them."""
