"""JMAP over HTTP: the API, the Session, upload, download and the event source (RFC 8620)."""
