"""The world: store, time, chance, mail routes, rules and transcript on one engine."""

from collections.abc import Iterable
from datetime import datetime
from typing import Unpack

from mockmail.chance import Chance
from mockmail.clock import Clock
from mockmail.delivery.delivery import Delivery
from mockmail.imap import catalog, dispatch
from mockmail.imap.session import Session as ImapSession
from mockmail.imap.settings import ImapSettings
from mockmail.numset import LARGEST
from mockmail.pop3 import catalog as pop3_catalog
from mockmail.pop3.expiry import remove_old
from mockmail.pop3.session import Session as Pop3Session
from mockmail.pop3.settings import Pop3Settings
from mockmail.smtp import catalog as smtp_catalog
from mockmail.smtp.rows import Role
from mockmail.smtp.session import Session as SmtpSession
from mockmail.smtp.settings import SmtpSettings
from mockmail.store.settings import AccountSettings
from mockmail.store.store import MAX_MAILBOXES, Store
from mockmail.wire.acts import Talk
from mockmail.world.engine import Connection, Engine
from mockmail.world.rule import Rule, Rules
from mockmail.world.settings import Settings
from mockmail.world.stage import Person
from mockmail.world.transcript import Transcript
from mockmail.world.words import PROTOCOLS, RuleError

DOMAIN = "example.org"
"""The local domain unless a scenario names others."""


class Broken(AssertionError):
    """Something is not as it must be at the end of a test; the text says what."""


class World:
    """Everything that one server's clients can see or do."""

    def __init__(
        self,
        *,
        store: Store | None = None,
        clock: Clock | None = None,
        seed: int = 0,
        chance: Chance | None = None,
        domains: Iterable[str] = (DOMAIN,),
        rules: Iterable[Rule] = (),
        capabilities: str = "",
        **settings: Unpack[Settings],
    ) -> None:
        self.clock = clock or Clock()
        self.store = store or Store(first_uidvalidity(self.clock.epoch))
        self.chance = chance or Chance(seed)
        self.delivery = Delivery(
            self.store,
            self.clock,
            self.chance,
            tuple(domain.lower() for domain in domains),
            settings.get("delivery"),
        )
        self.rules = Rules()
        for rule in rules:
            self.rules.add(rule)
        self.transcript = Transcript(self.clock)
        self.store.on_commit = self.transcript.changed
        self.delivery.on_note = lambda text: self.transcript.note("", "", text)
        self.failures: list[Exception] = []
        """What went wrong and was no client's fault: a rule's author's, or ours."""
        self.catalogue = catalog.catalogue(capabilities)
        """What IMAP consists of here."""
        self._capabilities = capabilities
        self._settings = settings
        self.imap = settings.get("imap", ImapSettings())
        self.pop3 = settings.get("pop3", Pop3Settings())
        self.smtp = settings.get("smtp", SmtpSettings())
        self.store.directory.settings = settings.get("accounts", AccountSettings())
        self.pop3_catalogue = pop3_catalog.catalogue(self.pop3.capabilities)
        """What POP3 consists of here."""
        self.smtp_catalogues = smtp_catalog.catalogues(self.smtp.capabilities)
        """What SMTP, submission and LMTP consist of here."""
        self.offers_tls = False
        """Whether clients may ask for TLS; whoever drives the engine knows how to switch."""
        self.engine = Engine(
            store=self.store,
            clock=self.clock,
            chance=self.chance,
            rules=self.rules,
            transcript=self.transcript,
            agenda=self.delivery,
            converse=self._converse,
            report=self.failures.append,
        )
        self.store.sessions = self.engine.sessions
        self.engine.on_advance = self._expire
        self.delivery.on_queued = self._sooner

    @property
    def host(self) -> str:
        """How its servers call themselves."""
        return self.delivery.host

    @host.setter
    def host(self, name: str) -> None:
        self.delivery.host = name

    def fork(self, *, rules: bool = True) -> "World":
        """A world in the same state, of its own from now on, to which nobody is connected.

        With `rules` its rules are the same, and haven't fired yet; else it has none.
        """
        clock = Clock(self.clock.epoch)
        clock.advance(self.clock.advanced)
        clock.rate = self.clock.rate
        twin = World(
            store=self.store.fork(),
            clock=clock,
            chance=self.chance.fork(),
            domains=self.delivery.domains,
            rules=[rule.copy() for rule in self.rules] if rules else (),
            capabilities=self._capabilities,
            **self._settings,
        )
        twin.delivery.take_over(self.delivery)
        twin.offers_tls = self.offers_tls
        return twin

    def _converse(self, connection: Connection) -> tuple[Person, Talk]:
        number, name, buffer = connection.number, connection.name, connection.buffer
        tls = connection.tls
        match connection.protocol:
            case "imap":
                imap = ImapSession(
                    number,
                    name,
                    self.store,
                    self.clock,
                    self.catalogue,
                    self.host,
                    settings=self.imap,
                    chance=self.chance,
                    buffer=buffer,
                    tls=tls,
                    offers_tls=lambda: self.offers_tls,
                )
                return imap, dispatch.converse(imap, self.failures.append)
            case "pop3":
                pop3 = Pop3Session(
                    number,
                    name,
                    self.store,
                    self.clock,
                    self.chance,
                    self.delivery,
                    self.pop3_catalogue,
                    self.host,
                    settings=self.pop3,
                    buffer=buffer,
                    tls=tls,
                    offers_tls=lambda: self.offers_tls,
                )
                return pop3, pop3.converse(self.failures.append)
            case "smtp" | "submission" | "lmtp" as role:
                smtp = SmtpSession(
                    number,
                    name,
                    self.delivery,
                    self.clock,
                    self.chance,
                    self.smtp_catalogues[Role(role)],
                    self.host,
                    settings=self.smtp,
                    buffer=buffer,
                    tls=tls,
                    offers_tls=lambda: self.offers_tls,
                )
                return smtp, smtp.converse(self.failures.append)
        raise ValueError(f"no protocol {connection.protocol!r}; there are {', '.join(PROTOCOLS)}")

    def _expire(self) -> None:
        """Let happen what time does to messages."""
        for user in self.store.users.values():
            remove_old(self.store, user, self.clock.now, self.pop3)

    def _sooner(self) -> None:
        self.engine.on_deadline()

    def check(self) -> None:
        """What must hold at the end of a test; `Broken` says what does not.

        The laws, no exception that was nobody's fault but ours or a rule's
        author's, and no rule that should have fired and never did.
        """
        with self.engine.turn():
            try:
                self.check_laws()
            except AssertionError as law:
                raise Broken(str(law)) from law
            for failure in self.failures:
                if isinstance(failure, RuleError):
                    raise Broken(str(failure)) from failure
                raise Broken(f"mockmail itself failed: {failure!r}") from failure
            unfired = self.rules.unfired()
            if unfired:
                raise Broken(
                    "\n".join(f"never fired: {rule}\n  {rule.why_not()}" for rule in unfired)
                )

    def check_laws(self) -> None:
        """The laws that can be seen from outside a conversation; ``AssertionError`` names one.

        The store's own (1 and 2), and each view against its journal (3).
        """
        self.store.check()
        for connection in self.engine.connections.values():
            if connection.person is not None:
                connection.person.check()


def first_uidvalidity(epoch: datetime) -> int:
    """UIDVALIDITY of the first mailbox: the epoch in seconds, as servers do, but the same each run.

    ``ValueError`` where that is none: before 1970 and from 2106 on.
    """
    seconds = int(epoch.timestamp())
    if not 0 < seconds < LARGEST - MAX_MAILBOXES:
        raise ValueError(f"{epoch.isoformat()} gives no UIDVALIDITY of 32 bits")
    return seconds
