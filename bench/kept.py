"""Markers beside loaded data: what a folder was filled with, so that a later run can use it again.

Only writing and reading such markers may live here. A marker is written once everything is loaded.
"""

from collections.abc import Mapping
from pathlib import Path

import orjson

Recipe = Mapping[str, int]


def fits(marker: Path, recipe: Recipe) -> bool:
    """Whether the marker says that the data was made by this recipe."""
    return marker.exists() and bool(orjson.loads(marker.read_bytes()) == recipe)


def keep(marker: Path, recipe: Recipe) -> None:
    """Say so."""
    marker.write_bytes(orjson.dumps(recipe))
