"""The benchmark: loads a deterministic corpus, runs the declared rows against a server, and writes what it measured."""
