"""The limits of RFC 8620 §2 and our own beside them: what is advertised is what is enforced."""

from dataclasses import dataclass

from angarium.formats.json import JSON

CORE = "urn:ietf:params:jmap:core"

COLLATIONS = ("i;ascii-casemap", "i;octet", "i;unicode-casemap")

MOST_PROPERTIES = 1000
"""Names of properties that one call may list: those of header fields are without end (RFC 8621 §4.1.3)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in octets; counts of requests are per user."""

    max_size_upload: int = 50_000_000
    max_concurrent_upload: int = 4
    max_size_request: int = 10_000_000
    max_concurrent_requests: int = 8
    max_calls_in_request: int = 32
    max_objects_in_get: int = 1000
    max_objects_in_set: int = 500
    max_size_response: int = 50_000_000
    max_size_work: int = 200_000_000
    max_depth: int = 64
    max_filter_depth: int = 8
    max_filter_conditions: int = 100
    max_comparators: int = 100
    max_query: int = 5000
    max_changes: int = 5000

    def core(self) -> dict[str, JSON]:
        """The core capability object (RFC 8620 §2)."""
        return {
            "maxSizeUpload": self.max_size_upload,
            "maxConcurrentUpload": self.max_concurrent_upload,
            "maxSizeRequest": self.max_size_request,
            "maxConcurrentRequests": self.max_concurrent_requests,
            "maxCallsInRequest": self.max_calls_in_request,
            "maxObjectsInGet": self.max_objects_in_get,
            "maxObjectsInSet": self.max_objects_in_set,
            "collationAlgorithms": list[JSON](COLLATIONS),
        }
