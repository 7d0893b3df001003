"""State strings: the text of a type's change number (RFC 8620 §5.1), and the checks that compare them."""

import re

from angarium.engine.call import Call
from angarium.engine.errors import MethodError, MethodErrorType
from angarium.store.contract import CannotCalculateChanges, State

_STATE = re.compile(r"(?:0|[1-9][0-9]{0,17})\Z")


def state(call: Call, type_name: str) -> str:
    """The current state of a type in the call's account."""
    return str(call.snapshot.state(call.account.key, type_name))


def parse_state(text: str) -> State:
    """The change number of a state that we once gave out; CannotCalculateChanges for any other text."""
    if not _STATE.match(text):
        raise CannotCalculateChanges(f"'{text[:40]}' is no state of this server")
    return State(int(text))


def check_state(call: Call, type_name: str, argument: str) -> str:
    """The current state; MethodError stateMismatch when the argument is given and differs."""
    current = state(call, type_name)
    wanted = call.text(argument)
    if wanted is not None and wanted != current:
        raise MethodError(
            MethodErrorType.STATE_MISMATCH, f"{argument} is '{wanted[:40]}' but the state of {type_name} is '{current}'"
        )
    return current
