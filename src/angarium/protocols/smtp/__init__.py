"""SMTP outwards (RFC 5321, RFC 6409): the queue is worked off, and mail for others handed to a relay."""
