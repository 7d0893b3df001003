"""Tests of what protocols over HTTP share."""
