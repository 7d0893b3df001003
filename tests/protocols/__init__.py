"""Tests of what speaks to the world."""
