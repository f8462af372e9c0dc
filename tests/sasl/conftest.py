"""Two people who know their passwords."""

import pytest

from mockmail.chance import Chance
from mockmail.clock import Clock
from mockmail.sasl.mechanism import Realm
from mockmail.store.store import Store


@pytest.fixture
def realm() -> Realm:
    store = Store()
    store.add_user("anna", "apple")
    store.add_user("jörg", "pass wörd")
    return Realm(store, "mail.example.org", Clock(), Chance(0))
