"""Web Push: POSTs to URLs that clients subscribed with (RFC 8030), encrypted (RFC 8291) and signed (RFC 8292)."""
