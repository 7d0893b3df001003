"""Every rule of strict mode, in the order in which they are asked: the first that is broken tells."""

from typing import Final

from angarium.testing.strict.arguments import ARGUMENTS
from angarium.testing.strict.calls import CALLS
from angarium.testing.strict.contacts import CONTACTS
from angarium.testing.strict.emails import EMAILS
from angarium.testing.strict.mail import MAIL
from angarium.testing.strict.objects import OBJECTS, SHAPES
from angarium.testing.strict.queries import QUERIES
from angarium.testing.strict.references import REFERENCES
from angarium.testing.strict.transport import TRANSPORT

RULES: Final = TRANSPORT + EMAILS + MAIL + CONTACTS + OBJECTS + CALLS + REFERENCES + QUERIES + ARGUMENTS + SHAPES
