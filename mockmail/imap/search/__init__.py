"""SEARCH keys: one file per kind."""
