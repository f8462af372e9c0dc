"""Two servers' ENVELOPE and BODYSTRUCTURE side by side, and which differences are right.

Dovecot is asked for a second opinion. Where both are right, or where the RFCs
say nothing about broken mail, the answers are the same; each difference that is
left is one of those below, with the sentence that decides it.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from answers import Value

ENVELOPE = ("date", "subject", "from", "sender", "reply-to", "to", "cc", "bcc", "in-reply-to", "message-id")  # fmt: skip
_BASIC = ("type", "subtype", "params", "id", "description", "encoding", "size")
_EXTENSION = ("disposition", "language", "location")
MISSING = [None, None, b"MISSING_MAILBOX", b"MISSING_DOMAIN"]
_NO_HOST = (b"MISSING_DOMAIN", b"SYNTAX_ERROR")

Node = dict[str, object]


class Difference(NamedTuple):
    """Two answers to one question, and the part of the structure they are about."""

    what: str
    ours: object
    theirs: object
    node: Node
    """Ours."""
    their_node: Node


def envelope(value: Value) -> Node:
    assert isinstance(value, list)
    assert len(value) == len(ENVELOPE)
    return dict(zip(ENVELOPE, value, strict=True))


def structure(value: Value) -> Node:
    """A BODYSTRUCTURE by the RFC's names."""
    assert isinstance(value, list)
    node: Node = {}
    if isinstance(value[0], list):
        count = next(at for at, each in enumerate(value) if not isinstance(each, list))
        node["type"] = b"multipart"
        node["parts"] = [structure(part) for part in value[:count]]
        node["subtype"], node["params"], *rest = value[count:]
    else:
        node.update(zip(_BASIC, value, strict=False))
        rest = value[len(_BASIC) :]
        if _lower(node["type"]) == b"message" and _lower(node["subtype"]) == b"rfc822":
            node["envelope"] = envelope(rest.pop(0))
            node["parts"] = [structure(rest.pop(0))]
            node["lines"] = rest.pop(0)
        elif _lower(node["type"]) == b"text":
            node["lines"] = rest.pop(0)
        node["md5"] = rest.pop(0)
    node.update(zip(_EXTENSION, rest, strict=True))
    return node


def _lower(value: object) -> bytes:
    assert isinstance(value, bytes), value
    return value.lower()


def differences(ours: Node, theirs: Node) -> Iterator[Difference]:
    """What the two don't agree about."""
    if ours.keys() != theirs.keys():
        yield Difference("kind", sorted(ours), sorted(theirs), ours, theirs)
    for what in ours.keys() & theirs.keys():
        mine, other = ours[what], theirs[what]
        if what == "parts":
            assert isinstance(mine, list)
            assert isinstance(other, list)
            params = ours.get("params")
            if isinstance(params, list) and b"boundary*" in params:
                yield Difference("boundary*", mine, other, ours, theirs)
            elif len(mine) != len(other):
                yield Difference("parts", len(mine), len(other), ours, theirs)
            else:
                for pair in zip(mine, other, strict=True):
                    yield from differences(*pair)
        elif what == "envelope":
            assert isinstance(mine, dict)
            assert isinstance(other, dict)
            yield from differences(mine, other)
        elif mine != other:
            yield Difference(what, mine, other, ours, theirs)


def _case(d: Difference) -> bool:
    return d.what in ("type", "subtype") and _lower(d.ours) == _lower(d.theirs)


def _one_space(value: object) -> object:
    if isinstance(value, list):
        return [_one_space(each) for each in value]
    return b" ".join(value.split()) if isinstance(value, bytes) else value


def _space(d: Difference) -> bool:
    return _one_space(d.ours) == _one_space(d.theirs)


def _invalid_type(d: Difference) -> bool:
    other = d.their_node
    if "type" not in other:
        return False
    mine = (d.node["type"], d.node["subtype"], d.node.get("params"))
    opaque = (other["type"], other["subtype"]) == (b"application", b"octet-stream")
    broken = b"" in (other["type"], other["subtype"]) or opaque
    default = (b"text", b"plain", [b"charset", b"us-ascii"])
    return (
        broken
        and mine[0:2] == default[:2]
        and mine[2] in (default[2], None)
        and d.what in ("kind", "type", "subtype", "params")
    )


def _extended_boundary(d: Difference) -> bool:
    return d.what == "boundary*"


def _long_boundary(d: Difference) -> bool:
    params = d.node.get("params")
    values = params if isinstance(params, list) else []
    return d.what == "parts" and any(isinstance(each, bytes) and len(each) > 70 for each in values)


def _line_end_of_delimiter(d: Difference) -> bool:
    if d.what not in ("size", "lines") or "envelope" not in d.node:
        return False
    step = 2 if d.what == "size" else 1
    return d.theirs == d.ours + step  # type: ignore[operator]


def _addresses(value: object) -> list[list[object]]:
    return list(value) if isinstance(value, list) else []


def _without_hosts(value: object) -> list[list[object]]:
    """The addresses, without those that have no addr-spec."""
    return [each for each in _addresses(value) if each[2] is None or each[3] not in _NO_HOST]


def _null_members(d: Difference) -> bool:
    if d.what not in ENVELOPE:
        return False
    left = _addresses(d.theirs)
    for each in _addresses(d.ours):
        while left and left[0] == MISSING != each:
            left.pop(0)
        if not left or left.pop(0) != each:
            return False
    return all(each == MISSING for each in left)


def _no_addr_spec(d: Difference) -> bool:
    lists = d.what in ENVELOPE and not isinstance(d.ours, bytes)
    return lists and _without_hosts(d.ours) == _without_hosts(d.theirs)


def _obsolete_local_part(d: Difference) -> bool:
    """We have an address where the other one saw words, and perhaps went no further."""
    if d.what not in ENVELOPE or isinstance(d.ours, bytes):
        return False
    theirs = _without_hosts(d.theirs)
    dotted = [each for each in _without_hosts(d.ours) if b"." in (each[2] or b"")]  # type: ignore[operator]
    return bool(dotted) and all(each in _without_hosts(d.ours) for each in theirs)


RIGHT: dict[str, Callable[[Difference], bool]] = {
    "RFC 2045 section 5.1: All media type values, subtype values, and parameter names as"
    " defined are case-insensitive.": _case,
    "RFC 5322 section 2.2.3: Unfolding is accomplished by simply removing any CRLF that is"
    " immediately followed by WSP. And 3.2.2: runs of FWS, comment, or CFWS that occur between"
    " lexical tokens in a structured header field are semantically interpreted as a single"
    " space character.": _space,
    "RFC 2045 section 5.2: It is also recommend that this default be assumed when a"
    " syntactically invalid Content-Type header field is encountered.": _invalid_type,
    "RFC 2231 section 4: A single quote is used to separate the character set, language, and"
    " actual value information in the parameter value string, and an percent sign is used to"
    " flag octets encoded in hexadecimal.": _extended_boundary,
    "RFC 2046 section 5.1.1: a line consisting entirely of two hyphen characters followed by the"
    " boundary parameter value, whole even where it has more than its 70 characters.":
        _long_boundary,
    "RFC 2046 section 5.1.1: The CRLF preceding the boundary delimiter line is conceptually"
    " attached to the boundary.": _line_end_of_delimiter,
    'RFC 5322 section 4.4: Finally, address lists and mailbox lists may have "null" members.':
        _null_members,
    "RFC 5322 section 4.4: obs-local-part = word *(\".\" word).": _obsolete_local_part,
    'RFC 5322 section 3.4.1: addr-spec = local-part "@" domain. What has none is no address,'
    " and RFC 9051 section 7.5.2 has no form for it.": _no_addr_spec,
}  # fmt: skip
"""The sentences that decide differences, with what each of them looks like."""


def deciding(difference: Difference) -> str | None:
    """The sentence that decides a difference, or None."""
    return next((sentence for sentence, test in RIGHT.items() if test(difference)), None)
