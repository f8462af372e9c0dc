"""ID (RFC 2971): who is talking; for people who read logs, and for rules.

``"ID" SP ("(" [string SP nstring *(SP string SP nstring)] ")" / nil)``
"""

from mockmail.imap import quote, reply
from mockmail.imap.cursor import Cursor
from mockmail.imap.reply import Bad, Done
from mockmail.imap.rows import ANY_STATE, Answer, CapabilityRow, Extension, Seqs, command
from mockmail.imap.session import Session

Fields = dict[bytes, bytes | None]

# Section 3.3.
MAX_FIELDS = 30
MAX_NAME = 30
MAX_VALUE = 1024
OURS: Fields = {b"name": b"mockmail"}


def parse(session: Session, cursor: Cursor) -> Fields:
    cursor.space()
    if cursor.nil():
        return {}
    fields: Fields = {}

    def field() -> None:
        name = cursor.string()
        cursor.space()
        value = cursor.nstring()
        if len(name) > MAX_NAME or len(value or b"") > MAX_VALUE:
            raise Bad(f"A field's name has at most {MAX_NAME} octets, its value {MAX_VALUE}")
        if name.lower() in fields:
            raise Bad("A field may be there once")
        fields[name.lower()] = value

    cursor.list_of(field, empty=True)
    if len(fields) > MAX_FIELDS:
        raise Bad(f"There may be {MAX_FIELDS} fields at most")
    return fields


def handle(session: Session, fields: Fields) -> Answer:
    session.client_id = fields
    shown = b" ".join(quote.nstring(text) for pair in OURS.items() for text in pair)
    yield reply.untagged(b"ID", b"(%b)" % shown)
    return Done(b"ID completed")


EXTENSION = Extension(
    "ID",
    rfc=2971,
    commands=(command(b"ID", ANY_STATE, Seqs.NONE, parse, handle),),
    capabilities=(CapabilityRow(b"ID"),),
)
