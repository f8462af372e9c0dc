"""What is true, for everybody. Knows no protocol and no session's view of it."""
