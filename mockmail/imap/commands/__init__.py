"""One file per command: its grammar, its value, its handler, its row."""
