"""How an attempt ended for one recipient, and whether the sender wants to hear of it."""

from dataclasses import dataclass

from mockmail.delivery.envelope import Envelope, Recipient
from mockmail.delivery.status import Action
from mockmail.delivery.verdict import Verdict

SUCCESSES = ("delivered", "relayed", "expanded")


@dataclass(slots=True)
class Outcome:
    """How an attempt ended for one recipient."""

    recipient: Recipient
    action: Action
    verdict: Verdict
    remote: str = ""
    """The far server that said it."""
    user: str | None = None
    mailbox: str | None = None
    answered: bool = False
    """The client was told, and has a queue of its own (RFC 2033 section 1)."""
    silent: bool = False
    """Nobody is told."""

    def is_wanted(self, envelope: Envelope) -> bool:
        """Whether the sender is to be told of this (RFC 3461 sections 5.2.2 to 5.2.6)."""
        notify = self.recipient.notify
        if self.silent or not envelope.sender:
            return False
        if self.action == "failed":
            return notify is None or "FAILURE" in notify
        if self.action == "delayed":
            return notify is None or "DELAY" in notify
        if self.action == "relayed" and envelope.deliver_by and envelope.deliver_by.trace:
            return notify is None or "NEVER" not in notify  # RFC 2852 section 4.1.4
        return notify is not None and "SUCCESS" in notify
