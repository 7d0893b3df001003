"""Tests of the processes that serve connections beside the first."""
