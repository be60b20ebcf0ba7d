"""The sidebar: readers, virtual readers and the PC/SC service, each with its state of this moment."""
