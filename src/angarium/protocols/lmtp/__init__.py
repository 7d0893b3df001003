"""LMTP (RFC 2033): how a mail transfer agent hands over mail for the users of this server."""
