"""Invitations that travel: iTIP (RFC 5546) between accounts of this server, and by mail (RFC 6047)."""
