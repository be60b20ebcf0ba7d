"""The pair of views, bytes and tree, that shows any decoded :class:`cardscope.fields.Field`."""
