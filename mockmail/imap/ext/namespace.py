"""NAMESPACE (RFC 2342): prefixes of the user's own, other users' and shared mailboxes."""

from mockmail.imap import quote, reply
from mockmail.imap.reply import Done
from mockmail.imap.rows import (
    LOGGED_IN,
    Answer,
    CapabilityRow,
    Extension,
    Seqs,
    command,
    no_arguments,
)
from mockmail.imap.session import Session
from mockmail.store import names


def _namespaces(*prefixes: str) -> bytes:
    if not prefixes:
        return b"NIL"
    each = (
        b"(%b %b)"
        % (quote.quoted(prefix.encode("ascii")), quote.quoted(names.delimiter(prefix).encode()))
        for prefix in prefixes
    )
    return b"(" + b"".join(each) + b")"


def handle(session: Session, _: None) -> Answer:
    """Namespaces in which this user sees a mailbox."""
    store = session.store
    others = [names.OTHERS] if store.granted(session.account) else []
    shared = [prefix for prefix in (names.SHARED, names.NEWS) if store.reserved(prefix)]
    yield reply.untagged(b"NAMESPACE", _namespaces(""), _namespaces(*others), _namespaces(*shared))
    return Done(b"NAMESPACE completed")


EXTENSION = Extension(
    "NAMESPACE",
    rfc=2342,
    commands=(command(b"NAMESPACE", LOGGED_IN, Seqs.NONE, no_arguments, handle),),
    capabilities=(CapabilityRow(b"NAMESPACE"),),
)
