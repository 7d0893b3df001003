"""What becomes of the emails once their submissions have succeeded: one implicit Email/set (RFC 8621 §7.5)."""

from collections.abc import Callable, Collection
from typing import Final, cast

from angarium.datatypes.submission.email_submission.status import KIND
from angarium.engine.call import Call
from angarium.engine.declare import Argument, Response
from angarium.engine.shapes import an_object, list_of, map_of, nullable, reference
from angarium.formats.json import JSON, loads

ARGUMENTS: Final = (
    Argument("onSuccessUpdateEmail", nullable(map_of(reference, an_object))),
    Argument("onSuccessDestroyEmail", nullable(list_of(reference))),
)


def then_set_emails(call: Call) -> Callable[[Response], None] | None:
    """What is to be done after the set; the emails of what it destroys are looked up before it does."""
    patches = cast("dict[str, dict[str, JSON]]", call.object("onSuccessUpdateEmail"))
    doomed = call.texts("onSuccessDestroyEmail") or []
    if not patches and not doomed:
        return None
    before = _emails(call, [*patches, *doomed])

    def after(response: Response) -> None:
        done = _succeeded(response)
        emails = before | _emails(call, [*patches, *doomed])

        def email_of(key: str) -> str | None:
            record = call.resolve(key)
            return emails.get(record) if record is not None and record in done else None

        update: dict[str, dict[str, JSON]] = {}
        for key, patch in patches.items():
            if email := email_of(key):
                update[email] = {**update.get(email, {}), **patch}
        destroy = dict.fromkeys(email for email in map(email_of, doomed) if email)
        if update or destroy:
            arguments: dict[str, JSON] = {"accountId": call.account.id}
            arguments |= {"update": cast(JSON, update)} if update else {}
            arguments |= {"destroy": list[JSON](destroy)} if destroy else {}
            call.follow.append(("Email/set", arguments))

    return after


def _succeeded(response: Response) -> Collection[str]:
    created = cast("dict[str, dict[str, str]]", response["created"] or {})
    updated = cast("dict[str, object]", response["updated"] or {})
    return {*(made["id"] for made in created.values()), *updated, *cast("list[str]", response["destroyed"] or [])}


def _emails(call: Call, keys: Collection[str]) -> dict[str, str]:
    """The email of each submission that there is."""
    ids = [record for record in map(call.resolve, keys) if record is not None]
    stored = call.snapshot.records.get(call.account.key, KIND, ids)
    return {record: cast("dict[str, str]", loads(value))["emailId"] for record, value in stored.items()}
