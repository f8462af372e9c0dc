"""Worlds to measure, and a client of the bare engine: no socket, no loop."""

from mockmail.clock import EPOCH
from mockmail.message.message import Message
from mockmail.scenario.scenario import Scenario
from mockmail.store.flags import Flags, flags
from mockmail.store.store import Store
from mockmail.wire.acts import Close
from mockmail.world.world import DOMAIN, World, first_uidvalidity

LOGIN = b"a LOGIN anna apple\r\n"
SELECT = b"a SELECT INBOX\r\n"
FLAGS: tuple[Flags, ...] = tuple(
    map(flags, ((), ("\\Seen",), ("\\Answered", "\\Seen"), ("\\Seen", "$Junk")))
)
"""What the messages have in turn."""
SEEN = FLAGS[1:]
SYSTEM: tuple[Flags, ...] = tuple(
    map(flags, ((), ("\\Seen",), ("\\Answered", "\\Seen"), ("\\Flagged", "\\Seen")))
)
"""The same for other servers' mailboxes, too."""
INFO = ("", "S", "RS", "FS")
"""As Maildir has it in a file's name."""
LINE = b"All work and no play makes a mail server a very dull one indeed, says its test.\r\n"


def raw(number: int, octets: int = 0) -> bytes:
    """A message of about `octets` octets, and of a few at least."""
    head = b"From: a@example.net\r\nTo: anna@example.org\r\nSubject: number %d\r\n\r\n" % number
    return head + LINE * max(1, (octets - len(head)) // len(LINE))


def store_of(raws: list[bytes], having: tuple[Flags, ...] = FLAGS) -> Store:
    """A store with a user anna and these messages in her INBOX, as a scenario makes it."""
    store = Store(first_uidvalidity(EPOCH))
    inbox = store.add_user("anna", "apple", ["anna@example.org"]).mailboxes["INBOX"]
    with store.transaction("scenario") as tx:
        for number, each in enumerate(raws):
            message = Message(each, newlines="keep")
            tx.append(inbox, message, having[number % len(having)], EPOCH)
    return store


def scenario_of(raws: list[bytes], having: tuple[Flags, ...] = FLAGS) -> Scenario:
    """A scenario as `mockmail.scenario.load.parse` makes it."""
    return Scenario(store_of(raws, having), EPOCH, (DOMAIN,), ())


def scenario(count: int, octets: int = 0, having: tuple[Flags, ...] = FLAGS) -> Scenario:
    """A scenario with so many messages of so many octets, about."""
    return scenario_of([raw(number, octets) for number in range(1, count + 1)], having)


class Talker:
    """A client whose bytes go straight into the engine."""

    def __init__(self, world: World, *commands: bytes) -> None:
        self.world = world
        self._engine = world.engine
        self._connection = world.engine.connect("imap")
        self.chunks()
        for command in commands:
            self.done(command)

    def chunks(self) -> list[bytes | memoryview]:
        """What the server has said, as it would be written to a socket."""
        said = []
        take, connection = self._engine.take, self._connection
        while (item := take(connection)) is not None:
            assert not isinstance(item, Close), "the server has closed the connection"
            said.append(item)
        return said

    def ask(self, command: bytes) -> list[bytes | memoryview]:
        """Send something, take the answer."""
        self._engine.receive(self._connection, command)
        return self.chunks()

    def done(self, command: bytes) -> bytes:
        """The same for a command with the tag ``a`` that must succeed; the whole answer."""
        answer = b"".join(self.ask(command))
        assert answer.rpartition(b"\r\na")[2].lstrip(b"a").startswith(b" OK "), answer[-200:]
        return answer


def settled(world: World) -> Talker:
    """A client in whose INBOX nothing is ``\\Recent`` any more."""
    return Talker(world, LOGIN, SELECT, SELECT)
