"""Importing: what is found where, how it is read, sent to the store, and told of."""
