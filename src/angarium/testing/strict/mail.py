"""Rules about mailboxes, submissions and the vacation response (RFC 8621 §2, §6, §7, §8)."""

import unicodedata
from typing import Final

from angarium.engine.errors import MethodErrorType, SetErrorType
from angarium.formats.primitives import is_integer
from angarium.testing.strict.rule import Broken, CallLook, ObjectLook, Rule, Rules, as_list, as_object

_INVALID: Final = SetErrorType.INVALID_PROPERTIES
_MAILBOX: Final = "Mailbox/set"
_SUBMISSION: Final = "EmailSubmission/set"
_VACATION: Final = "VacationResponse/set"
_LONGEST_NAME: Final = 255
_HIGHEST_ORDER: Final = 2**31 - 1


def _name(look: ObjectLook) -> Broken | None:
    name = look.value.get("name")
    if not isinstance(name, str) or (name and not any(unicodedata.category(letter) == "Cc" for letter in name)):
        return None
    return Broken("The name is empty" if not name else "The name has control characters", "name")


def _name_length(look: ObjectLook) -> Broken | None:
    name = look.value.get("name")
    size = len(name.encode("utf-8", "replace")) if isinstance(name, str) else 0
    return Broken(f"The name has {size} octets", "name") if size > _LONGEST_NAME else None


def _name_form(look: ObjectLook) -> Broken | None:
    name = look.value.get("name")
    wrong = isinstance(name, str) and unicodedata.normalize("NFC", name) != name
    return Broken("The name is not in normalization form C", "name") if wrong else None


def _role(look: ObjectLook) -> Broken | None:
    role = look.value.get("role")
    wrong = isinstance(role, str) and role != role.lower()
    return Broken(f"The role {role!r} has capitals", "role") if wrong else None


def _role_name(look: ObjectLook) -> Broken | None:
    role = look.value.get("role")
    wrong = isinstance(role, str) and role.startswith("\\")
    return Broken(f"The role {role!r} is an attribute of IMAP", "role") if wrong else None


def _order(look: ObjectLook) -> Broken | None:
    given = look.value.get("sortOrder")
    right = given is None or is_integer(given, 0, _HIGHEST_ORDER)
    return None if right else Broken(f"sortOrder is {given!r}", "sortOrder")


def _undo_create(look: ObjectLook) -> Broken | None:
    given = look.creates and "undoStatus" in look.value
    return Broken("A new submission has an undoStatus", "undoStatus") if given else None


def _undo_update(look: ObjectLook) -> Broken | None:
    given = look.value.get("undoStatus", "canceled") if not look.creates else "canceled"
    return None if given == "canceled" else Broken(f"undoStatus is to become {given!r}", "undoStatus")


def _only_undo(look: ObjectLook) -> Broken | None:
    other = next((name for name in look.value if name not in ("undoStatus", "id")), None) if not look.creates else None
    return None if other is None else Broken(f"{other} of a submission is to change", other)


def _recipients(look: ObjectLook) -> Broken | None:
    envelope = look.value.get("envelope")
    wrong = look.creates and isinstance(envelope, dict) and not as_list(envelope.get("rcptTo"))
    return Broken("The envelope has no recipient", "envelope") if wrong else None


def _success(look: CallLook) -> str | None:
    names = (
        *as_object(look.arguments.get("onSuccessUpdateEmail")),
        *as_list(look.arguments.get("onSuccessDestroyEmail")),
    )
    created = as_object(look.arguments.get("create"))
    for name in map(str, names):
        if name.startswith("#") and name[1:] not in created:
            return f"{name[:80]!r} is no creation id of this call"
        if not name.startswith("#") and name in created:
            return f"{name[:80]!r} is a creation id, and lacks the # of a reference"
    return None


def _identity_email(look: ObjectLook) -> Broken | None:
    given = not look.creates and "email" in look.value
    return Broken("The email of an identity is to change", "email") if given else None


def _vacation_create(look: ObjectLook) -> str | None:
    return "A vacation response is to be created" if look.creates else None


def _vacation_id(look: ObjectLook) -> str | None:
    return f"There is no vacation response {look.id[:80]!r}" if not look.creates and look.id != "singleton" else None


def _vacation_destroy(look: CallLook) -> str | None:
    return "The vacation response is to be destroyed" if look.list("destroy") else None


MAIL: Final = Rules(
    call=(
        Rule(
            "mail.on-success",
            "RFC 8621 §7.5",
            "Name a submission by its id, or by # and its creation id.",
            MethodErrorType.INVALID_ARGUMENTS,
            _success,
            _SUBMISSION,
        ),
        Rule(
            "mail.vacation-destroy",
            "RFC 8621 §8",
            "Update it with isEnabled false: it is always there.",
            MethodErrorType.INVALID_ARGUMENTS,
            _vacation_destroy,
            _VACATION,
        ),
    ),
    object=(
        Rule("mail.mailbox-name", "RFC 8621 §2", "Give a name that people can see.", _INVALID, _name, _MAILBOX),
        Rule(
            "mail.mailbox-name-length",
            "RFC 8621 §1.3.1",
            "Keep to maxSizeMailboxName of the Session.",
            _INVALID,
            _name_length,
            _MAILBOX,
        ),
        Rule("mail.mailbox-name-form", "RFC 8621 §2", "Give Net-Unicode (RFC 5198).", _INVALID, _name_form, _MAILBOX),
        Rule("mail.role-name", "RFC 8621 §2", "Use the name without the backslash.", _INVALID, _role_name, _MAILBOX),
        Rule("mail.role-case", "RFC 8621 §2", "Use small letters.", _INVALID, _role, _MAILBOX),
        Rule("mail.sort-order", "RFC 8621 §2", "Give 0 to 2^31-1.", _INVALID, _order, _MAILBOX),
        Rule(
            "mail.undo-create", "RFC 8621 §7", "Leave it out: the server sets it.", _INVALID, _undo_create, _SUBMISSION
        ),
        Rule(
            "mail.undo-update",
            "RFC 8621 §7.5",
            "The only change is to canceled, while it is pending.",
            _INVALID,
            _undo_update,
            _SUBMISSION,
        ),
        Rule("mail.submission-update", "RFC 8621 §7.5", "Change only undoStatus.", _INVALID, _only_undo, _SUBMISSION),
        Rule(
            "mail.envelope-recipients",
            "RFC 8621 §7",
            "Name recipients, or leave out the envelope.",
            SetErrorType.NO_RECIPIENTS,
            _recipients,
            _SUBMISSION,
        ),
        Rule(
            "mail.identity-email",
            "RFC 8621 §6",
            "Make another identity: the email of one never changes.",
            _INVALID,
            _identity_email,
            "Identity/set",
        ),
        Rule(
            "mail.vacation-create",
            "RFC 8621 §8",
            "Update the one with the id singleton.",
            SetErrorType.SINGLETON,
            _vacation_create,
            _VACATION,
        ),
        Rule(
            "mail.vacation-id", "RFC 8621 §8", "Its id is singleton.", SetErrorType.NOT_FOUND, _vacation_id, _VACATION
        ),
    ),
)
