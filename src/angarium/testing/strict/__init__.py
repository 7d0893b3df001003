"""Strict mode: what clients MUST and SHOULD do, as tables of rules, and who applies them."""

from angarium.testing.strict.critic import Critic
from angarium.testing.strict.rule import Rule, Rules, Warned
from angarium.testing.strict.table import RULES

__all__ = ["RULES", "Critic", "Rule", "Rules", "Warned"]
