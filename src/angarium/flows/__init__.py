"""Use cases that reach across data types (floor 5)."""
