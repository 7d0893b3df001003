"""iCalendar (RFC 5545 and its extensions) to JSCalendar and back."""
