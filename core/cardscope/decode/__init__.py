"""Decoders: pure functions from bytes to :class:`cardscope.fields.Field` trees."""
