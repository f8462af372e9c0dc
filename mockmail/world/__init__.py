"""Many sessions, one truth: the world, its rules, and the engine that runs it."""
