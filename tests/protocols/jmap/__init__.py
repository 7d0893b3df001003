"""Tests of JMAP over HTTP."""
