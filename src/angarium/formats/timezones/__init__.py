"""Time zones: IANA names and what stands for them, local time to UTC and back."""

from angarium.formats.timezones.aliases import iana_name
from angarium.formats.timezones.zones import UTC_NAME, names, offset_at, to_local, to_utc, zone

__all__ = ["UTC_NAME", "iana_name", "names", "offset_at", "to_local", "to_utc", "zone"]
