"""Bytes between the engine and the outside: the only code that knows Trio."""
