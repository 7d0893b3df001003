"""How mail is delivered here: our domains and the stages after the store, the same for LMTP and the command line.

Apart from the rest of the server's parts, so that a command need not load all of them.
"""

import secrets

from angarium.app.config import Config
from angarium.datatypes.principals import Domains
from angarium.flows.deliver import Pipeline
from angarium.flows.feedback import note_feedback
from angarium.flows.vacation import Vacation


def token() -> str:
    """Random text that nobody can guess."""
    return secrets.token_hex(12)


def compose_pipeline(config: Config) -> Pipeline:
    """How mail is delivered, by LMTP, by the command line, and from one user to another."""
    domains = Domains(config.mail.domains)
    return Pipeline(domains, (note_feedback, Vacation(domains, token)))
