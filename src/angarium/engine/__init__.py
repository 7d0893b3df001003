"""How JMAP works, naming no data type (RFC 8620, floor 3)."""
