"""Tests of the composed program."""
