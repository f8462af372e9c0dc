"""Address lists (RFC 5322 sections 3.4 and 4.4): mailboxes and groups, as ENVELOPE shows them.

Everything is read that the RFC's grammar has, the obsolete one included. What is
neither still gives as many addresses as can be told apart: a part that is
missing is called so, and the list ends where it can't be followed any more.
Names stay encoded (RFC 2047); quotes and comments are taken off.
"""

import re
from contextlib import suppress
from typing import NamedTuple

from mockmail.message.lexer import QUOTED, Broken, comment, unescaped, white_space

MISSING_MAILBOX = b"MISSING_MAILBOX"
MISSING_DOMAIN = b"MISSING_DOMAIN"
SYNTAX_ERROR = b"SYNTAX_ERROR"
INVALID_ROUTE = b"INVALID_ROUTE"
"""They stand for what is not there: NIL would mean a group (RFC 9051 section 7.5.2)."""


class Address(NamedTuple):
    """An address, or one end of a group (RFC 9051 section 7.5.2, ENVELOPE).

    A group starts with an address without a host, whose mailbox is the group's
    name, and ends with one that has neither.
    """

    name: bytes | None
    route: bytes | None
    mailbox: bytes | None
    host: bytes | None


GROUP_END = Address(None, None, None, None)

# atext: any character except controls, SP, and specials; and UTF-8 (RFC 6532 section 3.2)
_ATEXT = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\xff-]"
_ATOM = re.compile(rb"%b+" % _ATEXT)
# dot-atom-text, with dots wherever they stand: it is written so.
_DOTTED = re.compile(rb"(?:%b|\.)+" % _ATEXT)
# dot-atom-text = 1*atext *("." 1*atext)
_DOT_ATOM = re.compile(rb"%b+(?:\.%b+)*" % (_ATEXT, _ATEXT))
# domain-literal = "[" *([FWS] dtext) [FWS] "]"
_DOMAIN_LITERAL = re.compile(rb"\[(?:[^\]\\]|\\.)*+\]", re.DOTALL)

# What most addresses are: perhaps a name, of atoms or quoted, and addr-spec; then a comma or the end.
_PLAIN = re.compile(
    rb'[ \t]*+(?:(?:"([^"\\]*+)"|(%(a)b(?:%(a)b|\.)*+(?: (?:%(a)b|\.)++)*+))? ?'
    rb"<(%(a)b++(?:\.%(a)b++)*+)@(%(a)b++(?:\.%(a)b++)*+)>"
    rb"|(%(a)b++(?:\.%(a)b++)*+)@(%(a)b++(?:\.%(a)b++)*+))[ \t]*+(,|\Z)" % {b"a": _ATEXT}
)


def address_list(value: bytes) -> tuple[Address, ...]:
    """The addresses of an unfolded field, in order."""
    addresses = []
    at = 0
    while found := _PLAIN.match(value, at):
        quoted, atoms, local, host, bare_local, bare_host, comma = found.groups()
        if bare_local is not None:
            addresses.append(Address(None, None, bare_local, bare_host))
        else:
            addresses.append(Address(quoted or atoms or None, None, local, host))
        if not comma:
            return tuple(addresses)
        at = found.end()
    return (*addresses, *_Reader(value, at).addresses())


class _Reader:
    """Reads one list from the left; `at` is where it stands."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at
        self.comment = b""
        """The last comment that was passed over."""

    def addresses(self) -> list[Address]:
        """All up to the end, or to where a comma should stand and doesn't."""
        found: list[Address] = []
        try:
            self.space()
        except Broken:
            return found
        while self.at < len(self.data):
            if self.peek(b","):
                # A member of the list may be empty (RFC 5322 section 4.4).
                self.at += 1
            else:
                found += self.group() or [self.mailbox()]
                if self.at < len(self.data) and not self.peek(b","):
                    break
            try:
                self.space()
            except Broken:
                break
        return found

    def peek(self, character: bytes) -> bool:
        return self.data.startswith(character, self.at)

    def space(self) -> None:
        """``[CFWS]``: white space and comments; `Broken` at a comment without an end."""
        self.at = white_space(self.data, self.at)
        while self.peek(b"("):
            start = self.at
            self.at, self.comment = len(self.data), b""
            end = comment(self.data, start)
            self.at = white_space(self.data, end)
            self.comment = unescaped(self.data[start + 1 : end - 1])

    def quoted(self) -> bytes:
        """``quoted-string``, unquoted, and the space behind it."""
        found = QUOTED.match(self.data, self.at)
        if found is None:
            self.at = len(self.data)
            raise Broken
        self.at = found.end()
        self.space()
        return unescaped(found[1])

    def phrase(self) -> bytes:
        """``phrase = 1*word / obs-phrase``, its words with one space between them; or none."""
        words: list[bytes] = []
        self.words(words)
        return b" ".join(filter(None, words))

    def words(self, words: list[bytes]) -> None:
        """Add the words that stand here; the first one can't begin with a dot."""
        while True:
            if self.peek(b'"'):
                words.append(self.quoted())
                continue
            found = _DOTTED.match(self.data, self.at)
            if found is None or (not words and found[0].startswith(b".")):
                return
            self.at = found.end()
            words.append(found[0])
            self.space()

    def group(self) -> list[Address]:
        """``group = display-name ":" [group-list] ";" [CFWS]``; nothing if here is none."""
        start = self.at
        try:
            name = self.phrase()
        except Broken:
            name = b""
        if not self.peek(b":"):
            self.at = start
            return []
        self.at += 1
        members = [Address(None, None, name, None)]
        try:
            self.space()
            while self.at < len(self.data) and not self.peek(b";"):
                if self.peek(b","):
                    self.at += 1
                else:
                    members.append(self.mailbox())
                    if not self.peek(b",") and not self.peek(b";"):
                        break
                self.space()
            if self.peek(b";"):
                self.at += 1
                self.space()
        except Broken:
            pass
        return [*members, GROUP_END]

    def mailbox(self) -> Address:
        """``mailbox = name-addr / addr-spec``."""
        start = self.at
        try:
            name = self.phrase()
            if self.peek(b"<"):
                return self.angle(name or None)
        except Broken:
            pass
        self.at = start
        return self.addr_spec()

    def angle(self, name: bytes | None) -> Address:
        """``angle-addr = [CFWS] "<" [obs-route] addr-spec ">" [CFWS]``."""
        route = mailbox = host = None
        try:
            self.at += 1
            self.space()
            start = self.at
            while self.peek(b","):
                self.at += 1
                self.space()
            if self.peek(b"@"):
                route = INVALID_ROUTE
                route = self.route()
            else:
                self.at = start
            if not self.peek(b">"):
                mailbox = self.local_part()
                if self.peek(b"@"):
                    host = self.domain()
            if not self.peek(b">"):
                raise Broken
            self.at += 1
            self.space()
        except Broken:
            host = SYNTAX_ERROR
        return _address(name, route, mailbox, host)

    def route(self) -> bytes:
        """``obs-route = obs-domain-list ":"``."""
        domains = []
        while self.peek(b"@") or self.peek(b","):
            if self.peek(b"@"):
                domains.append(b"@" + self.domain())
            else:
                self.at += 1
                self.space()
        if not self.peek(b":"):
            raise Broken
        self.at += 1
        self.space()
        return b",".join(domains)

    def addr_spec(self) -> Address:
        """``addr-spec = local-part "@" domain``; a comment behind it is the name, as of old."""
        self.comment = b""
        mailbox = name = host = None
        is_quoted = self.peek(b'"')
        with suppress(Broken):
            mailbox = self.local_part()
        has_host = self.peek(b"@")
        if has_host:
            with suppress(Broken):
                host = self.domain()
        if self.comment:
            name = self.comment.strip()
        elif not has_host:
            words = [mailbox] if mailbox else []
            with suppress(Broken):
                self.words(words)
            if len(words) > 1 or not mailbox:
                # Words in a row are a name; the address behind it is missing.
                name, mailbox = b" ".join(words) or None, None
            elif not is_quoted and not _DOT_ATOM.fullmatch(mailbox):
                name, mailbox = (None if mailbox.startswith(b".") else mailbox), None
        return _address(name, None, mailbox, host)

    def local_part(self) -> bytes:
        """``local-part = dot-atom / quoted-string / obs-local-part``; dots may stand anywhere."""
        start = self.at
        with suppress(Broken):
            local = self.obs_local_part()
            if self.peek(b"@"):
                return local
        self.at = start
        if self.peek(b'"'):
            return self.quoted()
        found = _DOTTED.match(self.data, start)
        if found is None:
            raise Broken
        self.at = found.end()
        self.space()
        return found[0]

    def obs_local_part(self) -> bytes:
        """``obs-local-part = word *("." word)``, with space around the dots."""
        words = []
        while True:
            if self.peek(b'"'):
                words.append(self.quoted())
            elif found := _ATOM.match(self.data, self.at):
                words.append(found[0])
                self.at = found.end()
                self.space()
            else:
                raise Broken
            if not self.peek(b"."):
                return b".".join(words)
            self.at += 1
            self.space()

    def domain(self) -> bytes:
        """``"@" domain``, with ``domain = dot-atom / domain-literal / obs-domain``."""
        self.at += 1
        self.space()
        found = _DOMAIN_LITERAL.match(self.data, self.at)
        if found:
            self.at = found.end()
            self.space()
            return found[0]
        atoms = []
        while found := _DOT_ATOM.match(self.data, self.at):
            self.at = found.end()
            atoms.append(found[0])
            self.space()
            if not self.peek(b"."):
                return b".".join(atoms)
            self.at += 1
            self.space()
        raise Broken


def _address(
    name: bytes | None, route: bytes | None, mailbox: bytes | None, host: bytes | None
) -> Address:
    return Address(
        name,
        route,
        MISSING_MAILBOX if mailbox is None else mailbox,
        MISSING_DOMAIN if host is None else host,
    )
