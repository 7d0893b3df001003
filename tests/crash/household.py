"""Two people whose days are a workload: mail in and out, drafts, cards, uploads, the collector, backups, full text.

Everything they do goes through the engine and the flows on a store that is handed in, several deeds in one group, and
is told to a ledger as it is begun, done or refused. Days follow from a seed.
"""

import random
from collections.abc import Callable, Generator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from angarium.datatypes.submission import queue
from angarium.engine.access import Principal
from angarium.flows import submit
from angarium.flows.deliver import Arrival, Delivered, Pipeline, arrival, deliver
from angarium.flows.feedback import note_feedback
from angarium.formats.message import with_return_path
from angarium.store.contract import DiskFull, StoreError, Transaction
from angarium.store.sqlite import SqliteStore
from tests.crash.home import BOXES, NAMES, home, token_in, token_of
from tests.crash.inspection import digest, images
from tests.crash.ledger import Begun, Change, Done, Event, Facts, Refused
from tests.harness import DOMAINS, NOW

Tell = Callable[[Event], None]
Job: TypeAlias = Callable[[Transaction], Any]
Deed: TypeAlias = Generator[Job, Any, None]
"""Yields what to do in transactions, one after the other, and is sent what came of it."""

PIPELINE = Pipeline(DOMAINS, (note_feedback,))
_SIZES, _WEIGHTS = (10, 3_000, 70_000, 300_000), (50, 35, 10, 5)
_TOGETHER = (1, 1, 2, 3, 6)


class Household:
    """Days of deeds, told to whoever keeps the ledger; `label` makes what they make unlike that of other lives."""

    def __init__(self, store: SqliteStore, tell: Tell, label: str, archive: Path) -> None:
        self._store = store
        self._tell = tell
        self._label = label
        self._archive = archive
        self._chance = random.Random(label)
        self._tokens, self._deeds = count(), count()
        self.engine, self._members = home(store)
        self._ann = self._members["ann"]
        self._known: dict[str, str] = {}
        self._cards: dict[str, str] = {}

    def day(self, batches: int) -> None:
        """So many groups of deeds; StoreError goes on to the caller only when reading fails."""
        deeds: tuple[tuple[Callable[[], Deed], int], ...] = (
            (self._deliver, 6),
            (self._import, 4),
            (self._draft, 3),
            (self._flag, 4),
            (self._move, 3),
            (self._destroy, 2),
            (self._upload, 2),
            (self._give_up, 1),
            (self._send, 2),
            (self._work_off, 3),
            (self._card, 2),
            (self._new_photo, 1),
            (self._burn_card, 1),
            (self._tidy, 1),
            (self._index, 1),
        )
        kinds, weights = zip(*deeds, strict=True)
        for number in range(batches):
            self._look_up()
            together = self._chance.choice(_TOGETHER)
            self._run([deed() for deed in self._chance.choices(kinds, weights, k=together)])
            if number % 5 == 4:
                self._take_images()
            if number % 17 == 16:
                self.back_up()

    def back_up(self) -> None:
        """Put a backup in the place of the last one; on a bad disk that one stays, and nothing else."""
        try:
            self._store.backup(str(self._archive))
        except StoreError:
            assert not list(self._archive.parent.glob(f".{self._archive.name}*"))

    def _run(self, deeds: list[Deed]) -> None:
        """Take deeds a step at a time, the steps of all of them in one group when the writer sees them so."""
        waiting: list[tuple[Deed, Any]] = [(deed, None) for deed in deeds]
        while waiting:
            submitted = []
            for deed, result in waiting:
                job = _next(deed, result)
                if job is not None:
                    submitted.append((deed, self._store.write(job)))
            waiting = []
            for deed, future in submitted:
                try:
                    waiting.append((deed, future.result()))
                except StoreError as error:
                    waiting.append((deed, error))

    def _begin(self, *changes: Change) -> str:
        number = f"{self._label}-{next(self._deeds)}"
        self._tell(Begun(number, changes))
        return number

    def _doing(self, work: Generator[Job, Any, bool], *changes: Change) -> Deed:
        """Tell of a deed around its work, which says whether it was done."""
        number = self._begin(*changes)
        try:
            done = yield from work
        except StoreError as error:
            # A commit whose sync failed is whole in the log all the same: opening the store anew may find it.
            self._tell(Refused(number, str(error), uncertain=not isinstance(error, DiskFull)))
        else:
            self._tell(Done(number) if done else Refused(number))

    def _request(self, *calls: tuple[str, dict[str, Any]]) -> Generator[Job, Any, list[tuple[str, Any]]]:
        user = self._ann.user
        account = self.engine.account(user)
        listed = [[name, {"accountId": account, **given}, str(at)] for at, (name, given) in enumerate(calls)]
        body = {"using": list(self.engine.registry.capabilities), "methodCalls": listed}
        request = self.engine.engine.prepare(orjson.dumps(body))
        answer = yield lambda t: self.engine.engine.run(request, user, transaction=t)
        return [(name, given) for name, given, _ in orjson.loads(answer)["methodResponses"]]

    def _token(self) -> str:
        return f"{self._label}-{next(self._tokens)}"

    def _letter(self, token: str) -> bytes:
        """A message of some talk, which may bring two threads of it together."""
        talk = self._chance.randrange(3)
        parents = self._chance.sample(sorted(self._known), min(2, len(self._known)))
        said = " ".join(f"<{parent}@home>" for parent in parents if self._chance.random() < 0.7)
        references = f"References: {said}\r\n" if said else ""
        head = f"Subject: talk {talk}\r\nMessage-ID: <{token}@home>\r\n{references}\r\n{token}\r\n"
        return head.encode() + b"filling \r\n" * (self._chance.choices(_SIZES, _WEIGHTS)[0] // 10)

    def _stage(self, octets: bytes) -> Any:
        stage = self._store.stage()
        for start in range(0, len(octets), 100_000):
            stage.write(octets[start : start + 100_000])
        return stage.finish()

    def _deliver(self) -> Deed:
        token, sender = self._token(), f"{self._chance.randrange(9)}@elsewhere.example"
        octets = with_return_path(self._letter(token), sender)
        names = self._chance.choice((("ann",), ("bob",), NAMES))
        facts = Facts(digest(octets), False, "inbox")

        def work() -> Generator[Job, Any, bool]:
            arrived: Arrival = arrival(sender, self._stage(octets), NOW)
            outcomes = yield lambda t: [deliver(t, PIPELINE, arrived, f"{name}@example.com") for name in names]
            return all(isinstance(outcome, Delivered) for outcome in outcomes)

        return self._doing(work(), *(Change((name, token), made=facts) for name in names))

    def _import(self) -> Deed:
        token, box = self._token(), self._chance.choice(BOXES)
        octets = self._letter(token)

        def work() -> Generator[Job, Any, bool]:
            staged = self._stage(octets)
            own = next(iter(self._ann.user.accounts.values()))
            blob = yield partial(_keep_upload, self._ann.user, own, staged)
            given = {"blobId": blob, "mailboxIds": {self._ann.boxes[box]: True}}
            ((_, answer),) = yield from self._request(("Email/import", {"emails": {"a": given}}))
            return bool(answer["created"])

        return self._doing(work(), Change(("ann", token), made=Facts(digest(octets), False, box)))

    def _draft(self) -> Deed:
        token = self._token()

        def work() -> Generator[Job, Any, bool]:
            ((_, answer),) = yield from self._request(("Email/set", {"create": {"a": self._written(token)}}))
            return bool(answer["created"])

        return self._doing(work(), Change(("ann", token), made=Facts(None, False, "archive")))

    def _written(self, token: str) -> dict[str, Any]:
        return {
            "mailboxIds": {self._ann.boxes["archive"]: True},
            "from": [{"email": "ann@example.com"}],
            "to": [{"email": "bob@example.com"}],
            "messageId": [f"{token}@home"],
            "subject": f"talk {self._chance.randrange(3)}",
            "bodyValues": {"t": {"value": token * self._chance.choice((1, 10_000))}},
            "textBody": [{"partId": "t"}],
        }

    def _send(self) -> Deed:
        token = self._token()

        def work() -> Generator[Job, Any, bool]:
            submission = {"identityId": self._ann.identity, "emailId": "#d"}
            answers = yield from self._request(
                ("Email/set", {"create": {"d": self._written(token)}}),
                ("EmailSubmission/set", {"create": {"s": submission}}),
            )
            return all(answer.get("created") for _, answer in answers)

        kept, waits = Facts(None, False, "archive"), Facts()
        return self._doing(work(), Change(("ann", token), made=kept), Change(("queue", token), made=waits))

    def _work_off(self) -> Deed:
        items = self._store.read(queue.read)
        if not items:
            return self._index()
        item = self._chance.choice(items)
        octets = self._store.read(lambda snapshot: snapshot.blobs.open(item.blob)[:])
        token = token_in(octets)
        made = Facts(None, False, "inbox")

        def work() -> Generator[Job, Any, bool]:
            staged = self._stage(with_return_path(octets, item.sender.email))
            arrived = arrival(item.sender.email, staged, NOW)
            _, replies = yield lambda t: submit.hand_over(t, PIPELINE, item.id, arrived, NOW)
            return bool(replies)

        return self._doing(work(), Change(("bob", token), made=made), Change(("queue", token), gone=True))

    def _change(self, change: Change, patch: dict[str, Any]) -> Deed:
        identifier = self._known[change.thing[1]]

        def work() -> Generator[Job, Any, bool]:
            given = {"destroy": [identifier]} if change.gone else {"update": {identifier: patch}}
            ((_, answer),) = yield from self._request(("Email/set", given))
            return bool(answer.get("updated") or answer.get("destroyed"))

        return self._doing(work(), change)

    def _some_mail(self) -> str | None:
        return self._chance.choice(sorted(self._known)) if self._known else None

    def _flag(self) -> Deed:
        token, wanted = self._some_mail(), self._chance.random() < 0.6
        if token is None:
            return self._draft()
        return self._change(Change(("ann", token), flagged=wanted), {"keywords/$flagged": True if wanted else None})

    def _move(self) -> Deed:
        token, box = self._some_mail(), self._chance.choice(BOXES)
        if token is None:
            return self._draft()
        return self._change(Change(("ann", token), place=box), {"mailboxIds": {self._ann.boxes[box]: True}})

    def _destroy(self) -> Deed:
        token = self._some_mail()
        return self._draft() if token is None else self._change(Change(("ann", token), gone=True), {})

    def _upload(self) -> Deed:
        octets = self._token().encode() * self._chance.choice((1, 10, 9_000))

        def work() -> Generator[Job, Any, bool]:
            own = next(iter(self._ann.user.accounts.values()))
            yield partial(_keep_upload, self._ann.user, own, self._stage(octets))
            return True

        name = digest(octets)
        return self._doing(work(), Change(("uploads", name), made=Facts(name)))

    def _give_up(self) -> Deed:
        """Receive something that nobody wants any more once it is there."""

        def work() -> Generator[Job, Any, bool]:
            self._stage(self._token().encode().ljust(100_000)).discard()
            yield lambda _: None
            return True

        return self._doing(work())

    def _photo(self, token: str) -> tuple[dict[str, Any], str]:
        octets = b"\x89PNG\r\n\x1a\n" + f"{token}{self._chance.random()}".encode() * self._chance.choice((1, 6_000))
        return {"p": {"kind": "photo", "mediaType": "image/png"}}, octets.decode("latin-1")

    def _with_photo(self, token: str) -> Generator[Job, Any, tuple[dict[str, Any], str]]:
        media, text = self._photo(token)
        octets = text.encode("latin-1")
        own = next(iter(self._ann.user.accounts.values()))
        blob = yield partial(_keep_upload, self._ann.user, own, self._stage(octets))
        media["p"]["blobId"] = blob
        return media, blob

    def _card(self) -> Deed:
        token = self._token()

        def work() -> Generator[Job, Any, bool]:
            media, _ = yield from self._with_photo(token)
            card = {"addressBookIds": {self._ann.book: True}, "uid": token, "name": {"full": token}, "media": media}
            ((_, answer),) = yield from self._request(("ContactCard/set", {"create": {"c": card}}))
            return bool(answer["created"])

        return self._doing(work(), Change(("cards", token), made=Facts()))

    def _new_photo(self) -> Deed:
        if not self._cards:
            return self._card()
        token, flagged = self._chance.choice(sorted(self._cards)), self._chance.random() < 0.5

        def work() -> Generator[Job, Any, bool]:
            media, _ = yield from self._with_photo(token)
            patch = {"media": media, "nicknames": {"n": {"name": "flagged"}} if flagged else None}
            ((_, answer),) = yield from self._request(("ContactCard/set", {"update": {self._cards[token]: patch}}))
            return bool(answer["updated"])

        return self._doing(work(), Change(("cards", token), flagged=flagged))

    def _burn_card(self) -> Deed:
        if not self._cards:
            return self._card()
        token = self._chance.choice(sorted(self._cards))

        def work() -> Generator[Job, Any, bool]:
            ((_, answer),) = yield from self._request(("ContactCard/set", {"destroy": [self._cards[token]]}))
            return bool(answer["destroyed"])

        return self._doing(work(), Change(("cards", token), gone=True))

    def _tidy(self) -> Deed:
        def work() -> Generator[Job, Any, bool]:
            yield lambda t: t.blobs.collect(NOW // 1000)
            return True

        return self._doing(work())

    def _index(self) -> Deed:
        def work() -> Generator[Job, Any, bool]:
            yield lambda t: t.messages.index_waiting(5) + t.records.index_waiting(5)
            return True

        return self._doing(work())

    def _look_up(self) -> None:
        """What ann has now, by token: ids change when threads become one."""
        mails = self.engine.call(self._ann.user, "Email/get", {"ids": None, "properties": ["messageId"]})["list"]
        self._known = {token_of(mail): mail["id"] for mail in mails}
        cards = self.engine.call(self._ann.user, "ContactCard/get", {"ids": None, "properties": ["uid"]})["list"]
        self._cards = {card["uid"]: card["id"] for card in cards}

    def _take_images(self) -> None:
        for image in images(self.engine, self._members):
            self._tell(image)


def _next(deed: Deed, result: Any) -> Job | None:
    """The next job of a deed, which hears what came of the one before; None when it is over."""
    try:
        return deed.throw(result) if isinstance(result, BaseException) else deed.send(result)
    except StopIteration:
        return None


def _keep_upload(user: Principal, account: Any, staged: Any, transaction: Transaction) -> str:
    from angarium.datatypes import blobs

    return str(blobs.upload(transaction, user, account, staged, "application/octet-stream", NOW)["blobId"])
