"""Whether a store is as a ledger says, and whole: everything that is there, what was said of it, what nothing names."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from angarium.app.cli.progress import Progress
from angarium.app.cli.verifying import verify_store
from angarium.datatypes.submission import queue
from angarium.engine.access import Principal
from angarium.store.contract import BlobHash, Snapshot
from angarium.store.sqlite import SqliteStore
from tests.crash.home import Member, home, token_in, token_of
from tests.crash.ledger import Facts, Image, Ledger, Thing
from tests.harness import NOW, Harness

KINDS = ("Email", "Mailbox", "Thread", "ContactCard", "EmailSubmission")
HOUR = 3_700


def digest(octets: bytes) -> str:
    """The name of a content."""
    return sha256(octets).hexdigest()


def images(engine: Harness, members: Mapping[str, Member]) -> list[Image]:
    """Every type of every member as a full read gives it."""
    made = []
    for name, member in members.items():
        for kind in KINDS:
            given: dict[str, Any] = {"properties": ["mailboxIds", "keywords", "threadId"]} if kind == "Email" else {}
            answer = engine.call(member.user, f"{kind}/get", {"ids": None, **given})
            shown = {item["id"]: orjson.dumps(item).decode() for item in answer["list"]}
            made.append(Image(name, kind, answer["state"], shown))
    return made


def wrong(store: SqliteStore, folder: Path, ledger: Ledger) -> list[str]:
    """Everything in a store that is not as a ledger says, or not as a store must be; the ledger is settled then.

    The hour of uploads is over afterwards.
    """
    engine, members = home(store)
    seen, found = _look(engine, members)
    for space, name in [thing for thing in ledger.things if thing[0] == "uploads"]:
        if store.read(lambda s: _is_whole(s, name)):  # noqa: B023 (at once)
            seen[space, name] = ledger.things[space, name]
    with Progress("verify") as progress:
        found += verify_store(store, progress).problems
    found += ledger.wrong(seen)
    now = {(image.user, image.kind): image for image in images(engine, members)}
    first = [Image(image.user, image.kind, "0", {}) for image in now.values()]
    for image in first + ledger.images:
        found += _untold(engine, members[image.user].user, image, now[image.user, image.kind])
    ledger.settle({thing: facts for thing, facts in seen.items() if thing[0] != "uploads"})
    return found + _leftovers(store, folder)


def _look(engine: Harness, members: Mapping[str, Member]) -> tuple[dict[Thing, Facts], list[str]]:
    """Everything that is there, and what is there twice or in part."""
    seen: dict[Thing, Facts] = {}
    found: list[str] = []
    for name, member in members.items():
        roles = {box: role for role, box in member.boxes.items()}
        account = next(iter(member.user.accounts.values())).key
        wanted = ["messageId", "keywords", "mailboxIds"]
        for mail in engine.call(member.user, "Email/get", {"ids": None, "properties": wanted})["list"]:
            thing = (name, token_of(mail))
            if thing in seen:
                found.append(f"{thing} is there twice")
            stored = engine.store.read(lambda s: s.messages.stored(account, [mail["id"]]))[mail["id"]]  # noqa: B023
            (box,) = mail["mailboxIds"]
            seen[thing] = Facts(stored.blob, "$flagged" in mail["keywords"], roles[box])
    user = members["ann"].user
    for card in engine.call(user, "ContactCard/get", {"ids": None})["list"]:
        seen["cards", card["uid"]] = Facts(None, "nicknames" in card)
        if engine.call(user, "Email/parse", {"blobIds": [card["media"]["p"]["blobId"]]})["notFound"]:
            found.append(f"the photo of {card['uid']} is gone")
    for item in engine.store.read(queue.read):
        octets = engine.store.read(lambda s: s.blobs.open(item.blob)[:])  # noqa: B023
        seen["queue", token_in(octets)] = Facts()
    return seen, found


def _is_whole(snapshot: Snapshot, name: str) -> bool:
    try:
        return digest(snapshot.blobs.open(BlobHash(name))[:]) == name
    except KeyError:
        return False


def _untold(engine: Harness, user: Principal, old: Image, new: Image) -> list[str]:
    """What /changes since an image does not tell (RFC 8620 §5.2)."""
    told: dict[str, set[str]] = {"created": set(), "updated": set(), "destroyed": set()}
    state, more = old.state, True
    while more:
        given = engine.call(user, f"{old.kind}/changes", {"sinceState": state, "maxChanges": 50})
        for name, ids in told.items():
            ids |= set(given[name])
        state, more = given["newState"], given["hasMoreChanges"]
    found, held = [], (old.objects.keys() | told["created"]) - told["destroyed"]
    unlike = {name for name in old.objects.keys() & new.objects.keys() if old.objects[name] != new.objects[name]}
    if held != new.objects.keys():
        found.append(f"{old.user}: {old.kind}/changes since {old.state} lead to other ids")
    if state != new.state:
        found.append(f"{old.user}: {old.kind} is at {new.state}, and its changes end at {state}")
    if hidden := unlike - told["updated"]:
        found.append(f"{old.user}: {old.kind}/changes since {old.state} hide {sorted(hidden)}")
    return found


def _leftovers(store: SqliteStore, folder: Path) -> list[str]:
    """What is still on the disk though nothing names it, once its hour is over and the collector went round."""
    for _ in range(3):
        store.write(lambda t: t.blobs.collect(NOW // 1000 + HOUR)).result()
    store.write(lambda t: None).result()
    on_disk = {path.parent.name + path.name for path in (folder / "blobs").glob("*/*")}
    unnamed = {blob for blob in on_disk if store.read(lambda s: s.blobs.size(BlobHash(blob))) is None}  # noqa: B023
    received = list((folder / "incoming").iterdir())
    return [f"{blob} is named by nothing" for blob in unnamed] + [f"{path} stays" for path in received]
