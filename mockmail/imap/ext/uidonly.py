"""UIDONLY (RFC 9586): no sequence numbers any more, neither asked for nor told."""

from collections.abc import Sequence
from dataclasses import replace

from mockmail.imap import reply
from mockmail.imap.rows import CapabilityRow, Extension
from mockmail.imap.session import Session
from mockmail.imap.view import Tellings, vanished
from mockmail.store.mailbox import Mailbox
from mockmail.wire.response import Response


def _tellings(before: Tellings, mailbox: Mailbox) -> Tellings:
    return replace(
        before,
        fetch=reply.Fetch(b"UIDFETCH", by_uid=True),
        # The UID stands before each UIDFETCH already (section 3.3).
        by_uid={},
        flags={name: render for name, render in before.flags.items() if name != b"UID"},
        silent={name: render for name, render in before.silent.items() if name != b"UID"},
        unseen=lambda view: [],
        expunged=vanished,
    )


def _enable(session: Session) -> Sequence[Response]:
    session.numbers = False
    session.tell_by(_tellings)
    return ()


EXTENSION = Extension(
    "UIDONLY",
    rfc=9586,
    requires=("ENABLE",),
    capabilities=(CapabilityRow(b"UIDONLY", enable=_enable),),
)
