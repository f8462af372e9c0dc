"""What the protocols share about bytes and turns."""
