"""Exporting: an account written into a folder, a part at a time."""
