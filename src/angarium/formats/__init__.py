"""Bytes to values and back: pure, total, bounded parsers and builders (floor 1)."""
