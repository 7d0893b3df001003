"""The three scopes in which JMAP reports errors (RFC 8620 §3.6), as closed enums; each is caught once, at its edge."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from angarium.formats.json import JSON


class RequestErrorType(StrEnum):
    """RFC 8620 §3.6.1; the prefix `urn:ietf:params:jmap:error:` is added when it is shown."""

    UNKNOWN_CAPABILITY = "unknownCapability"
    NOT_JSON = "notJSON"
    NOT_REQUEST = "notRequest"
    LIMIT = "limit"


class RequestError(Exception):
    """The whole request is refused; shown as problem details (RFC 7807) with an HTTP status."""

    def __init__(self, kind: RequestErrorType, detail: str, status: int = 400, limit: str | None = None) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.status = status
        self.limit = limit

    def problem(self) -> dict[str, JSON]:
        """The problem details object."""
        shown: dict[str, JSON] = {
            "type": f"urn:ietf:params:jmap:error:{self.kind}",
            "status": self.status,
            "detail": self.detail,
        }
        if self.limit:
            shown["limit"] = self.limit
        return shown


class MethodErrorType(StrEnum):
    """RFC 8620 §3.6.2 and §5, RFC 8621, JMAP calendars §5.11."""

    SERVER_UNAVAILABLE = "serverUnavailable"
    SERVER_FAIL = "serverFail"
    SERVER_PARTIAL_FAIL = "serverPartialFail"
    UNKNOWN_METHOD = "unknownMethod"
    INVALID_ARGUMENTS = "invalidArguments"
    INVALID_RESULT_REFERENCE = "invalidResultReference"
    FORBIDDEN = "forbidden"
    ACCOUNT_NOT_FOUND = "accountNotFound"
    ACCOUNT_NOT_SUPPORTED_BY_METHOD = "accountNotSupportedByMethod"
    ACCOUNT_READ_ONLY = "accountReadOnly"
    REQUEST_TOO_LARGE = "requestTooLarge"
    CANNOT_CALCULATE_CHANGES = "cannotCalculateChanges"
    STATE_MISMATCH = "stateMismatch"
    FROM_ACCOUNT_NOT_FOUND = "fromAccountNotFound"
    FROM_ACCOUNT_NOT_SUPPORTED_BY_METHOD = "fromAccountNotSupportedByMethod"
    ANCHOR_NOT_FOUND = "anchorNotFound"
    UNSUPPORTED_SORT = "unsupportedSort"
    UNSUPPORTED_FILTER = "unsupportedFilter"
    TOO_MANY_CHANGES = "tooManyChanges"
    EXPAND_DURATION_TOO_LARGE = "expandDurationTooLarge"
    CANNOT_CALCULATE_OCCURRENCES = "cannotCalculateOccurrences"


class MethodError(Exception):
    """One method call is refused."""

    def __init__(self, kind: MethodErrorType, description: str = "", **extra: JSON) -> None:
        super().__init__(description or kind.value)
        self.kind = kind
        self.description = description
        self.extra = extra

    def arguments(self) -> dict[str, JSON]:
        """The arguments of the `error` response."""
        shown: dict[str, JSON] = {"type": self.kind.value}
        if self.description:
            shown["description"] = self.description
        return shown | self.extra


def invalid_arguments(description: str) -> MethodError:
    """An argument is missing, unknown, or not of its type."""
    return MethodError(MethodErrorType.INVALID_ARGUMENTS, description)


class SetErrorType(StrEnum):
    """RFC 8620 §5.3 and §5.4, RFC 8621 §2.5, §4.6 to §4.9, §6.3, §7.5, RFC 9610 §2.3, JMAP calendars §4.3, §5.9."""

    FORBIDDEN = "forbidden"
    OVER_QUOTA = "overQuota"
    TOO_LARGE = "tooLarge"
    RATE_LIMIT = "rateLimit"
    NOT_FOUND = "notFound"
    INVALID_PATCH = "invalidPatch"
    WILL_DESTROY = "willDestroy"
    INVALID_PROPERTIES = "invalidProperties"
    SINGLETON = "singleton"
    ALREADY_EXISTS = "alreadyExists"
    MAILBOX_HAS_CHILD = "mailboxHasChild"
    MAILBOX_HAS_EMAIL = "mailboxHasEmail"
    BLOB_NOT_FOUND = "blobNotFound"
    TOO_MANY_KEYWORDS = "tooManyKeywords"
    TOO_MANY_MAILBOXES = "tooManyMailboxes"
    INVALID_EMAIL = "invalidEmail"
    TOO_MANY_RECIPIENTS = "tooManyRecipients"
    NO_RECIPIENTS = "noRecipients"
    INVALID_RECIPIENTS = "invalidRecipients"
    FORBIDDEN_MAIL_FROM = "forbiddenMailFrom"
    FORBIDDEN_FROM = "forbiddenFrom"
    FORBIDDEN_TO_SEND = "forbiddenToSend"
    CANNOT_UNSEND = "cannotUnsend"
    MDN_ALREADY_SENT = "mdnAlreadySent"
    ADDRESS_BOOK_HAS_CONTENTS = "addressBookHasContents"
    CALENDAR_HAS_EVENT = "calendarHasEvent"
    NO_SUPPORTED_SCHEDULE_METHODS = "noSupportedScheduleMethods"
    SERVER_FAIL = "serverFail"


class SetError(Exception):
    """One object of a /set, /copy or /import is refused; the others go on.

    `again` says that the refusal may end once other changes of the same call are done (a parent before its child).
    """

    def __init__(
        self,
        kind: SetErrorType,
        description: str = "",
        properties: Sequence[str] = (),
        again: bool = False,
        extra: Mapping[str, JSON] | None = None,
    ) -> None:
        super().__init__(description or kind.value)
        self.kind = kind
        self.description = description
        self.properties = list(properties)
        self.again = again
        self.extra = dict(extra or {})

    def shown(self) -> dict[str, JSON]:
        """The SetError object."""
        value: dict[str, JSON] = {"type": self.kind.value}
        if self.description:
            value["description"] = self.description
        if self.properties or self.kind is SetErrorType.INVALID_PROPERTIES:
            value["properties"] = list[JSON](self.properties)
        return value | self.extra


def invalid_properties(description: str, *properties: str) -> SetError:
    """Some properties of an object are not what they must be."""
    return SetError(SetErrorType.INVALID_PROPERTIES, description, properties)
