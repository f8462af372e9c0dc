"""FETCH items: one file per kind."""
