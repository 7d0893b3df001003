"""What the command line does to a store: the same code in its own process and behind the socket of a running server."""

from angarium.app.operations.services import OperationError, Services
from angarium.app.operations.table import OPERATIONS, perform

__all__ = ["OPERATIONS", "OperationError", "Services", "perform"]
