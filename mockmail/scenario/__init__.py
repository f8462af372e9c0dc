"""A world as YAML: read, checked, built once and forked for each test."""
