"""One immutable message and what follows from its bytes."""
