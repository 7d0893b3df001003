"""Putting the demo into a store: the user who can sign in, the mail, the address book, and the calendar."""

from collections.abc import Sequence
from typing import Final

from angarium.app.demo.cards import cards
from angarium.app.demo.compose import compose
from angarium.app.demo.events import events
from angarium.datatypes import principals
from angarium.datatypes.calendars.calendars import CALENDARS
from angarium.datatypes.calendars.ingest import checked, new_event
from angarium.datatypes.calendars.ingest import store as store_events
from angarium.datatypes.contacts.books import BOOKS
from angarium.datatypes.contacts.ingest import new_card
from angarium.datatypes.contacts.ingest import store as store_cards
from angarium.datatypes.mail.ingest import new_message
from angarium.datatypes.mail.mailbox import ROLES
from angarium.flows.filing import Place, mailbox_for
from angarium.flows.provision import new_user
from angarium.formats.primitives import format_utc
from angarium.store.contract import AccountKey, Store, Transaction

USER: Final = "test"
PASSWORD: Final = "test"  # noqa: S105 - the demo says so itself


def install(store: Store, new_mailboxes: Sequence[str], now: int, seed: int = 0) -> bool:
    """Make user `test` with password `test`, the demo's mail, cards and events; false when there is one.

    `now` is epoch milliseconds. Waits until it is on disk.
    """
    if store.read(lambda snapshot: principals.by_name(snapshot, USER)) is not None:
        return False
    messages = compose(now, seed)
    password_hash = principals.hash_password(PASSWORD)

    def job(transaction: Transaction) -> None:
        user = new_user(transaction, USER, password_hash, new_mailboxes, now)
        for message in messages:
            mailbox = _mailbox(transaction, user.account, message.mailbox)
            transaction.blobs.add(message.octets)
            transaction.messages.add(
                user.account, new_message(message.octets, message.keywords, [mailbox], message.received)
            )
        moment = format_utc(now // 1000 * 1000)
        book = BOOKS.default(transaction, user.account)
        made = [new_card(card, [book], moment) for card in cards(now // 1000, seed)]
        store_cards(transaction, user.account, made)
        calendar = CALENDARS.default(transaction, user.account)
        planned = [new_event(checked(event), [calendar], moment, {}) for event in events(now // 1000)]
        store_events(transaction, user.account, planned)

    store.write(job).result()
    return True


def _mailbox(transaction: Transaction, account: AccountKey, name: str) -> str:
    return mailbox_for(transaction, account, Place((name.capitalize(),), role=name if name in ROLES else None))
