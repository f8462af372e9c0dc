"""What stands in SMTP's commands: paths, parameters, and how they are encoded."""

import re
from collections.abc import Iterable
from typing import Literal

from mockmail.smtp.reply import Refused

# Reverse-path  = Path / "<>"
# Path          = "<" [ A-d-l ":" ] Mailbox ">"      ; source routes are ignored
# Mailbox       = Local-part "@" ( Domain / address-literal )
# Local-part    = Dot-string / Quoted-string
_MAILBOX = rb"(?:\"(?:[^\"\\\x00-\x1f]|\\[ -~])*\"|[^\"<>@\s\x00-\x1f\x7f]+)@[^<>@\s\x00-\x1f\x7f]+"
_PATH = re.compile(rb"<(?:@[^:<>]*:)?(" + _MAILBOX + rb"|)>(?: |\Z)")
# RCPT alone knows it without a domain (RFC 5321 section 4.1.1.3).
_POSTMASTER = re.compile(rb"(?i)<(postmaster)>(?: |\Z)")
MAILBOX = re.compile(_MAILBOX)
# esmtp-value = 1*(%d33-60 / %d62-126)               ; and UTF-8 (RFC 6531 section 3.3)
_PARAMETER = re.compile(rb"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~\x80-\xff]+))?")
# xtext   = *( xchar / hexchar )                     ; RFC 3461 section 4
# hexchar = "+" two upper case hexadecimal digits    ; any case in RFC 4954 section 8
_XTEXT = re.compile(rb"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*")
_XTEXT_ANY_CASE = re.compile(rb"(?:[!-*,-<>-~]|\+[0-9A-Fa-f]{2})*")
_HEX = re.compile(rb"\+([0-9A-Fa-f]{2})")
_DIGITS = re.compile(rb"[0-9]{1,20}")

Parameters = list[tuple[bytes, bytes | None]]


def path(argument: bytes, word: Literal[b"FROM:", b"TO:"]) -> tuple[str, Parameters]:
    """The address behind ``FROM:`` or ``TO:``, and the parameters behind it, keys in upper case.

    `Refused` if they are not what RFC 5321 section 4.1.2 says, or a key stands there twice.
    """
    status = "5.1.7" if word == b"FROM:" else "5.1.3"
    if argument[: len(word)].upper() != word:
        raise Refused(501, "5.5.4", f"Expected {word.decode()}<address>")
    rest = argument[len(word) :].lstrip(b" ")
    found = _PATH.match(rest) or (_POSTMASTER.match(rest) if word == b"TO:" else None)
    if found is None:
        raise Refused(501, status, "That is not an address")
    try:
        address = found[1].decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(501, status, "That address is not UTF-8") from None
    return address, _parameters(rest[found.end() :].split())


def _parameters(words: Iterable[bytes]) -> Parameters:
    found: dict[bytes, bytes | None] = {}
    for word in words:
        parameter = _PARAMETER.fullmatch(word)
        if parameter is None:
            raise Refused(501, "5.5.4", "That is not a parameter")
        key = parameter[1].upper()
        if key in found:
            raise Refused(501, "5.5.4", "A parameter stands there twice")
        found[key] = parameter[2]
    return list(found.items())


def bare(key: str, value: bytes | None) -> None:
    """`Refused` if a parameter has a value that must have none."""
    if value is not None:
        raise Refused(501, "5.5.4", f"{key} has no value")


def number(value: bytes | None, what: str) -> int:
    """1 to 20 digits; `Refused` if they are none."""
    if value is None or not _DIGITS.fullmatch(value):
        raise Refused(501, "5.5.4", f"{what} is a number")
    return int(value)


def choice(key: str, value: bytes | None, choices: Iterable[str]) -> str:
    """One of some words, in any case."""
    word = "" if value is None else value.decode("ascii", "replace").upper()
    known = list(choices)
    if word not in known:
        raise Refused(501, "5.5.4", f"{key} is {' or '.join(known)}")
    return word


def xtext(key: str, value: bytes | None, *, any_case: bool = False) -> str:
    """Printable US-ASCII out of xtext (RFC 3461 section 4)."""
    form = _XTEXT_ANY_CASE if any_case else _XTEXT
    if value is None or not form.fullmatch(value):
        raise Refused(501, "5.5.4", f"{key} is xtext")
    octets = _HEX.sub(lambda found: bytes((int(found[1], 16),)), value)
    text = octets.decode("latin-1")
    if not text.isascii() or not text.isprintable():
        raise Refused(501, "5.5.4", f"{key} holds printable US-ASCII")
    return text
