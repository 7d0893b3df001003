"""Durable data: the contract and its backends (floor 2)."""
