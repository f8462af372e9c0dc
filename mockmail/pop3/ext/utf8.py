"""UTF8 and LANG (RFC 6856)."""

from mockmail.message.message import Message
from mockmail.pop3 import arguments, reply
from mockmail.pop3.reply import Err
from mockmail.pop3.rows import ANY_STATE, BEFORE_LOGIN, Answer, CommandRow, Extension, tag
from mockmail.pop3.rows import CapabilityRow as Capability
from mockmail.pop3.session import Session
from mockmail.store.journal import Entry

LANGUAGES = {"en": "English"}
"""What is spoken: the tag (RFC 5646) and the name of the language in it."""


def utf8(session: Session, argument: bytes) -> Answer:
    yield from ()
    arguments.none(argument)
    session.utf8 = True
    return reply.ok(b"UTF-8 from here on")


def needs_utf8(message: Message) -> bool:
    """Whether a header in it, its own or that of a part, has more than US-ASCII (RFC 6532)."""
    return any(not message.raw[part.start : part.body].isascii() for part in message.root.walk())


def refuses(session: Session, entry: Entry) -> Err | None:
    """Such a message is not for who has not said UTF8 (section 5)."""
    if session.utf8 or not entry.message.view(needs_utf8):
        return None
    return Err("This message needs UTF8", "UTF8")


def lang(session: Session, argument: bytes) -> Answer:
    """``LANG [range]``: without one, the list of languages (section 3.2)."""
    yield from ()
    if not argument:
        rows = [f"{each} {name}".encode() for each, name in LANGUAGES.items()]
        return reply.lines(b"Languages follow", rows)
    wanted = arguments.text(argument, "a language").lower()
    for each in LANGUAGES:
        if wanted in ("*", each):
            return reply.ok(f"{each} This language is spoken from here on".encode())
    raise Err("That language is not spoken here")


UTF8 = Extension(
    "UTF8",
    rfc=6856,
    default=False,
    requires=("RESP-CODES",),
    commands=(CommandRow(b"UTF8", BEFORE_LOGIN, utf8),),
    capabilities=(Capability(b"UTF8", lambda session: b"UTF8 USER"),),
    codes=("UTF8",),
    refuses=refuses,
)
LANG = Extension(
    "LANG", rfc=6856, commands=(CommandRow(b"LANG", ANY_STATE, lang),), capabilities=(tag(b"LANG"),)
)
