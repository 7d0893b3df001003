"""Messages as an import sends them."""

from collections.abc import Sequence

from angarium.app.operations.batch import Packet, Parcel, facts_of, pack


def packed(parcels: Sequence[Parcel]) -> bytes:
    """The octets that carry messages that were parsed here."""
    return pack([Packet(facts_of(parcel.message), parcel.octets, parcel.passed) for parcel in parcels])
