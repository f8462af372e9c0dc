"""Mail transactions against a model: who gets what, after any order of commands, by DATA or BDAT."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Client, inbox
from mockmail import SmtpSettings
from mockmail.smtp.rows import Role
from mockmail.world.world import World

STEPS = (
    *("hello", "mail", "mail", "rcpt", "rcpt", "rcpt", "nobody", "far", "rset"),
    *("data", "data", "bdat", "bdat", "last", "login", "noop", "large", "drop"),
)
LIMIT = 60
steps = st.lists(st.sampled_from(STEPS), max_size=30)


@dataclass
class Model:
    """What a client should be told, and what should lie where."""

    role: Role
    hello: bool = False
    user: bool = False
    mail: bool = False
    recipients: list[str] = field(default_factory=list)
    chunks: bytes | None = None
    count: int = 0
    """Messages so far, each of which has its number in it."""
    inbox: list[bytes] = field(default_factory=list)
    outbox: list[bytes] = field(default_factory=list)

    @property
    def barred(self) -> bool:
        """Whether mail is not for this client."""
        return self.role is Role.SUBMISSION and not self.user

    def reset(self) -> None:
        self.mail, self.recipients, self.chunks = False, [], None

    def take(self, message: bytes) -> None:
        if "anna@example.org" in self.recipients:
            self.inbox.append(message)
        if "x@far.example" in self.recipients:
            self.outbox.append(message)

    def replies(self, code: int) -> list[int]:
        """As often as the end of a message is answered; the mail transaction is over."""
        count = len(self.recipients) if self.role is Role.LMTP else 1
        self.reset()
        return [code] * count


class Pair:
    """The model and a server."""

    def __init__(self, role: Role) -> None:
        self.world = inbox(world=World(smtp=SmtpSettings(message=LIMIT)))
        self.model = Model(role)
        self.client: Client | None = None

    def say(self, data: bytes) -> list[int]:
        """The codes that are answered."""
        if self.client is None:
            self.client = Client(self.world, self.model.role.value)
            self.client.said()
        self.client.send(data)
        lines = self.client.said().splitlines()
        return [int(line[:3]) for line in lines if line[3:4] == b" "]

    def expect(self, data: str, code: int) -> bool:
        """Whether it is done; it must be answered once, by that."""
        assert self.say(data.encode() + b"\r\n") == [code]
        return code < 400

    # Steps

    def hello(self) -> None:
        self.expect("LHLO me" if self.model.role is Role.LMTP else "EHLO me", 250)
        self.model.hello = True
        self.model.reset()

    def login(self) -> None:
        model = self.model
        refused = not model.hello or model.user or model.mail
        if self.expect("AUTH PLAIN AGFubmEAYXBwbGU=", 503 if refused else 235):
            model.user = True

    def mail(self) -> None:
        model = self.model
        code = 530 if model.barred else 503 if not model.hello or model.mail else 250
        if self.expect("MAIL FROM:<b@far.example>", code):
            model.mail = True

    def _rcpt(self, address: str, code: int) -> None:
        model = self.model
        early = not model.mail or model.chunks is not None
        if self.expect(f"RCPT TO:<{address}>", 530 if model.barred else 503 if early else code):
            model.recipients.append(address)

    def rcpt(self) -> None:
        self._rcpt("anna@example.org", 250)

    def nobody(self) -> None:
        self._rcpt("nobody@example.org", 550)

    def far(self) -> None:
        self._rcpt("x@far.example", 550 if self.model.role is Role.LMTP else 250)

    def rset(self) -> None:
        self.expect("RSET", 250)
        self.model.reset()

    def noop(self) -> None:
        self.expect("NOOP", 250)

    def data(self, message: bytes = b"") -> None:
        model = self.model
        none = 503 if model.role is Role.LMTP else 554
        early = not model.mail or model.chunks is not None
        code = 530 if model.barred else 503 if early else 354 if model.recipients else none
        if self.expect("DATA", code):
            model.count += 1
            message = message or b"%d\r\n" % model.count
            large = len(message) > LIMIT
            if not large:
                model.take(message)
            expected = model.replies(552 if large else 250)
            assert self.say(message + b".\r\n") == expected

    def large(self) -> None:
        self.data(b"x" * LIMIT + b"\r\n")

    def bdat(self, last: bytes = b"") -> None:
        model = self.model
        model.count += 1
        chunk = b"%03d\r\n" % model.count
        refused = 503 if not model.mail or not model.recipients else None
        if model.barred:
            refused = 530
        elif refused is None and len(model.chunks or b"") + len(chunk) > LIMIT:
            refused = 552
        said = self.say(b"BDAT %d%b\r\n%b" % (len(chunk), last, chunk))
        if model.barred:
            assert said == [530]
        elif refused is not None:
            ends = last and model.mail
            expected = model.replies(refused) if ends else [refused]
            model.reset()
            assert said == expected
        else:
            model.chunks = (model.chunks or b"") + chunk
            if not last:
                assert said == [250]
            else:
                model.take(model.chunks)
                assert said == model.replies(250)

    def last(self) -> None:
        self.bdat(b" LAST")

    def drop(self) -> None:
        if self.client is not None:
            self.client.close()
        self.client = None
        self.model.hello = self.model.user = False
        self.model.reset()

    def compare(self) -> None:
        box = self.world.store.users["anna"].mailboxes["INBOX"]
        assert [entry.message.submitted for entry in box] == self.model.inbox
        assert [sent.raw for sent in self.world.delivery.outbox] == self.model.outbox


@pytest.mark.parametrize("role", Role)
@settings(deadline=None, derandomize=True, max_examples=250)
@given(script=steps, polite=st.booleans())
def test_mail_transactions(role: Role, script: list[str], polite: bool) -> None:
    pair = Pair(role)
    for step in (*(("hello", "login", "mail", "rcpt") if polite else ()), *script):
        getattr(pair, step)()
        pair.compare()
        pair.world.check()
