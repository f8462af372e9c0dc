"""Scripted clients: the other people in a test, at the level of the protocol."""
