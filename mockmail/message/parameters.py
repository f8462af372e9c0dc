"""The values of MIME fields: a token, and parameters behind it (RFC 2045 section 5.1, RFC 2231).

Behind a parameter that is broken, reading goes on at a ``;`` further on.
"""

import re
from urllib.parse import unquote_to_bytes

from mockmail.message.charset import decode
from mockmail.message.lexer import QUOTED, Broken, space, unescaped

Parameters = tuple[tuple[bytes, bytes], ...]
"""Names and values in order; names as they are written."""
MediaType = tuple[bytes, bytes, Parameters]
"""Type, subtype and parameters, as they are written."""

# token := 1*<any (US-ASCII) CHAR except SPACE, CTLs, or tspecials>; and UTF-8 (RFC 6532)
_TOKEN_CHAR = rb"[!#$%&'*+.0-9A-Z^_`a-z{|}~\x80-\xff-]"
_TOKEN = re.compile(rb"%b*+" % _TOKEN_CHAR)
# Some writers put an encoded word where a token should stand, without quotes.
_BARE_WORD = re.compile(rb"=[^; \t\r\n]*+")
# What most parameters are.
_PLAIN = re.compile(
    rb';[ \t]*+(%(t)b++)=(?:(%(t)b++)|"([^"\\]*+)")[ \t]*+(?=;|\Z)' % {b"t": _TOKEN_CHAR}
)
_PLAIN_TYPE = re.compile(rb"(%(t)b++)/(%(t)b++)(?=;|\Z)" % {b"t": _TOKEN_CHAR})
_PLAIN_WORD = re.compile(rb"%b++" % _TOKEN_CHAR)
# regular-parameter-name := attribute [section]; extended ones end in "*"
_SECTIONED = re.compile(rb"([^*]*)\*([0-9]{0,9})(\*?)", re.DOTALL)


def token(data: bytes, at: int) -> tuple[bytes, int]:
    """The token at `at`, perhaps empty, and where it and the space behind it end."""
    found = _TOKEN.match(data, at)
    assert found is not None
    return found[0], space(data, found.end())


def media_type(value: bytes) -> MediaType | None:
    """Type, subtype and parameters of a Content-Type field; None if it has no type and subtype."""
    plain = _PLAIN_TYPE.match(value)
    if plain:
        kind, subtype = plain.groups()
        return kind, subtype, parameters(value, plain.end())
    try:
        kind, at = token(value, space(value, 0))
        if not kind or not value.startswith(b"/", at):
            return None
        subtype, at = token(value, space(value, at + 1))
    except Broken:
        return None
    if not subtype or (at < len(value) and value[at] != 59):  # 59 is ";"
        return None
    return kind, subtype, parameters(value, at)


def word(value: bytes) -> bytes | None:
    """A field's value that is one token and nothing else; None if it is not."""
    if _PLAIN_WORD.fullmatch(value):
        return value
    try:
        found, at = token(value, space(value, 0))
    except Broken:
        return None
    return found if found and at == len(value) else None


def first_word(value: bytes) -> bytes | None:
    """The token that a field's value begins with, if nothing but a ``;`` may follow it."""
    try:
        found, at = token(value, space(value, 0))
    except Broken:
        return None
    return found if at == len(value) or value.startswith(b";", at) else None


def words(value: bytes) -> tuple[bytes, ...]:
    """The tokens of a field that is a list of them, up to where it is none any more."""
    found: list[bytes] = []
    try:
        at = space(value, 0)
        while True:
            each, at = token(value, at)
            if not each:
                break
            found.append(each)
            if not value.startswith(b",", at):
                break
            at = space(value, at + 1)
    except Broken:
        pass
    return tuple(found)


def disposition(value: bytes) -> tuple[bytes, Parameters] | None:
    """Type and parameters of a Content-Disposition field (RFC 2183); None if it can't be read."""
    try:
        kind, at = token(value, space(value, 0))
    except Broken:
        return None
    return kind, parameters(value, at)


def parameters(value: bytes, at: int) -> Parameters:
    """The parameters from the ``;`` at `at` on, continuations joined (RFC 2231 section 3)."""
    plain: list[tuple[bytes, bytes]] = []
    sectioned = False
    while at < len(value):
        found = _PLAIN.match(value, at)
        if found:
            name, bare, quoted = found.groups()
            at = found.end()
            text = quoted if bare is None else bare
        else:
            try:
                name, text, at = _parameter(value, at)
            except Broken:
                break
            if name is None:
                at = value.find(b";", at + 1)
                if at < 0:
                    break
                continue
        sectioned = sectioned or b"*" in name
        plain.append((name, text))
    return _joined(plain) if sectioned else tuple(plain)


def _parameter(value: bytes, at: int) -> tuple[bytes | None, bytes, int]:
    """The parameter at `at`; no name if there is none, and where it went wrong."""
    if not value.startswith(b";", at):
        return None, b"", at
    name, at = token(value, space(value, at + 1))
    if not value.startswith(b"=", at):
        return None, b"", at
    at = space(value, at + 1)
    if value.startswith(b'"', at):
        found = QUOTED.match(value, at)
        if found is None:
            raise Broken
        return name, unescaped(found[1]), space(value, found.end())
    found = _BARE_WORD.match(value, at)
    if found:
        return name, found[0], found.end()
    text, at = token(value, at)
    return name, text, at


def _joined(plain: list[tuple[bytes, bytes]]) -> Parameters:
    """The parameters with sections put together; they follow those without.

    What is extended stays so: ``name*``, with the charset and percent signs
    (RFC 2231 section 4). Where a section is missing or there twice, none are put
    together.
    """
    result: list[tuple[bytes, bytes]] = []
    sections: dict[bytes, list[tuple[int, bool, bytes, bytes]]] = {}
    for name, text in plain:
        found = _SECTIONED.fullmatch(name)
        if found is None:
            result.append((name, text))
        else:
            number, extended = int(found[2] or 0), not found[2] or bool(found[3])
            part = number, extended, text, found[1]
            sections.setdefault(found[1].lower(), []).append(part)
    for parts in sections.values():
        parts.sort(key=lambda part: part[0])
        if [part[0] for part in parts] != list(range(len(parts))):
            result += [
                (b"%b*%d%b" % (attribute, number, b"*" if extended else b""), text)
                for number, extended, text, attribute in parts
            ]
            continue
        attribute = parts[0][3]
        if not any(extended for _, extended, _, _ in parts):
            result.append((attribute, b"".join(text for _, _, text, _ in parts)))
            continue
        value = b"".join(
            text if extended else text.replace(b"%", b"%25") for _, extended, text, _ in parts
        )
        result.append((attribute + b"*", value if parts[0][1] else b"''" + value))
    return tuple(result)


def parameter(among: Parameters, name: bytes) -> bytes | None:
    """The first value of that name, without regard to case, as bytes; None if there is none.

    An extended value is decoded, and is UTF-8 then.
    """
    extended = name + b"*"
    for key, value in among:
        low = key.lower()
        if low == name:
            return value
        if low == extended:
            charset, _, rest = value.partition(b"'")
            _, quote, coded = rest.partition(b"'")
            octets = unquote_to_bytes(coded if quote else value)
            return decode(octets, charset if quote else b"").encode("utf-8", "replace")
    return None
