"""Every rule of strict mode, put together."""

from typing import Final

from angarium.testing.strict.rule import Rules

RULES: Final = Rules()
