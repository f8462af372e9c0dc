"""A store with one user."""

import pytest

from mockmail.store.mailbox import Mailbox
from mockmail.store.store import Store


@pytest.fixture
def store() -> Store:
    store = Store()
    store.add_user("anna", "apple", ["anna@example.org"])
    return store


@pytest.fixture
def box(store: Store) -> Mailbox:
    """Anna's INBOX, empty."""
    return store.users["anna"].mailboxes["INBOX"]
