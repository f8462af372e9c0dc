"""What rules do: on the store, and on the wire.

An effect on the store is another actor: a real change, which every session
hears of in its own time, and which the laws hold for. An effect on the wire is
a lie about what was meant, and stands as one in the transcript.
"""

from dataclasses import dataclass
from typing import Literal

from mockmail.numset import Uid
from mockmail.wire.acts import Close
from mockmail.world.rule import Moment, RuleError


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """End the connection inside the response that is about to be sent.

    `offset` octets of it still go out: counted from its start, or with
    ``inside="literal"`` from the first octet of its first literal. Then the
    connection is closed (``how="fin"``) or reset (``how="reset"``). At a point
    without a response the connection just ends.
    """

    offset: int = 0
    inside: Literal["response", "literal"] = "response"
    how: Literal["fin", "reset"] = "reset"

    def __post_init__(self) -> None:
        if self.offset < 0:
            raise ValueError(f"offset is {self.offset}; octets can't be negative")

    def apply(self, moment: Moment) -> None:
        moment.cut = (self.offset, self.inside == "literal")
        moment.close = Close(self.how)

    def __str__(self) -> str:
        return f"{{cut: {{in: {self.inside}, offset: {self.offset}, how: {self.how}}}}}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Expunge:
    """Another client expunges a message. Nothing happens if it is gone already."""

    user: str
    uid: int
    mailbox: str = "INBOX"

    def apply(self, moment: Moment) -> None:
        user = moment.store.users.get(self.user)
        mailbox = None if user is None else user.mailbox(self.mailbox)
        if mailbox is None:
            raise RuleError(f"{moment.rule}: there is no mailbox {self.mailbox} of {self.user}")
        with moment.store.transaction(moment.actor) as tx:
            tx.expunge(mailbox, [Uid(self.uid)])

    def __str__(self) -> str:
        return f"{{expunge: {{user: {self.user}, mailbox: {self.mailbox}, uid: {self.uid}}}}}"
