"""Configuration, composition, serving and the command line (floor 7)."""
