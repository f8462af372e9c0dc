"""Two servers' ENVELOPE and BODYSTRUCTURE side by side, and which differences are right.

Dovecot is asked for a second opinion. Where both are right, or where the RFCs
say nothing about broken mail, the answers are the same; each difference that is
left is one of those below, with the sentence that decides it.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mockmail.client.values import Value

ENVELOPE = ("date", "subject", "from", "sender", "reply-to", "to", "cc", "bcc", "in-reply-to", "message-id")  # fmt: skip
_BASIC = ("type", "subtype", "params", "id", "description", "encoding", "size")
_EXTENSION = ("disposition", "language", "location")
LISTS = ("from", "sender", "reply-to", "to", "cc", "bcc")
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
    raw: bytes
    """The whole message."""


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


def differences(ours: Node, theirs: Node, raw: bytes) -> Iterator[Difference]:
    """What the two don't agree about."""
    if ours.keys() != theirs.keys():
        yield Difference("kind", sorted(ours), sorted(theirs), ours, theirs, raw)
    for what in ours.keys() & theirs.keys():
        mine, other = ours[what], theirs[what]
        if what == "parts":
            assert isinstance(mine, list)
            assert isinstance(other, list)
            if _values(ours).get(b"boundary*"):
                if mine != other:
                    yield Difference("boundary*", mine, other, ours, theirs, raw)
            elif len(mine) != len(other):
                yield Difference("parts", len(mine), len(other), ours, theirs, raw)
            else:
                for one, two in zip(mine, other, strict=True):
                    yield from differences(one, two, raw)
        elif what == "envelope":
            assert isinstance(mine, dict)
            assert isinstance(other, dict)
            yield from differences(mine, other, raw)
        elif mine != other:
            yield Difference(what, mine, other, ours, theirs, raw)


def _values(node: Node) -> dict[bytes, bytes]:
    """The parameters by name in lower case."""
    params = node.get("params")
    flat = [each for each in params if isinstance(each, bytes)] if isinstance(params, list) else []
    return {name.lower(): value for name, value in zip(flat[::2], flat[1::2], strict=True)}


def _case(d: Difference) -> bool:
    return d.what in ("type", "subtype") and _lower(d.ours) == _lower(d.theirs)


def _collapsed(text: object) -> object:
    return b" ".join(text.split()) if isinstance(text, bytes) else text


def _fold(d: Difference) -> bool:
    """The other one makes one space of each run of white space in a Subject."""
    return d.what == "subject" and _collapsed(d.ours) == d.theirs != d.ours


def _space(d: Difference) -> bool:
    """The other one has the white space around a value; and of comments that are names none within."""
    if isinstance(d.ours, bytes) and isinstance(d.theirs, bytes):
        return d.what != "subject" and d.ours == d.theirs.strip()
    pairs = _pairs(d, len(_addresses(d.ours)))
    return bool(pairs) and all(
        mine == other or [_collapsed(mine[0]), *mine[1:]] == other for mine, other in pairs
    )


def _invalid_type(d: Difference) -> bool:
    other = d.their_node
    if "type" not in other:
        return False
    mine = (d.node["type"], d.node["subtype"], d.node.get("params"))
    opaque = (other["type"], other["subtype"]) == (b"application", b"octet-stream")
    broken = b"" in (other["type"], other["subtype"]) or opaque
    default = (b"text", b"plain", [b"charset", b"us-ascii"])
    return broken and mine == default and d.what in ("kind", "type", "subtype", "params")


def _extended_boundary(d: Difference) -> bool:
    return d.what == "boundary*"


def _long_boundary(d: Difference) -> bool:
    return d.what == "parts" and len(_values(d.node).get(b"boundary", b"")) > 70


def _line_end_of_delimiter(d: Difference) -> bool:
    if d.what not in ("size", "lines") or "envelope" not in d.node:
        return False
    step = 2 if d.what == "size" else 1
    return d.theirs == d.ours + step  # type: ignore[operator]


Addresses = list[list[object]]


def _addresses(value: object) -> Addresses:
    return list(value) if isinstance(value, list) else []


def _pairs(d: Difference, count: int) -> list[tuple[list[object], list[object]]]:
    """The addresses of both, if it is them and there are so many."""
    if d.what not in LISTS or len(_addresses(d.theirs)) != count:
        return []
    return list(zip(_addresses(d.ours), _addresses(d.theirs), strict=True))


def _without_null(d: Difference) -> Addresses | None:
    """Theirs without the null members that ours leaves out; None if that is not the same list."""
    left, kept = _addresses(d.theirs), []
    for each in _addresses(d.ours):
        while left and left[0] == MISSING and each != MISSING and len(left) > 1:
            left.pop(0)
        if not left:
            return None
        kept.append(left.pop(0))
    return kept if all(each == MISSING for each in left) else None


def _null_members(d: Difference) -> bool:
    if d.what in ("sender", "reply-to") and d.ours == d.node["from"]:
        # Nothing but null members is as good as nothing.
        return b"," in d.raw and all(each == MISSING for each in _addresses(d.theirs))
    return d.what in LISTS and b"," in d.raw and _without_null(d) == _addresses(d.ours)


def _no_addr_spec(d: Difference) -> bool:
    """Neither has an address there, and one of them has what could be half of one."""
    if d.what not in LISTS:
        return False
    theirs: Addresses | None = _addresses(d.theirs)
    if len(theirs or ()) != len(_addresses(d.ours)):
        theirs = _without_null(d)
    return theirs is not None and all(
        mine == other or (mine[3] == other[3] == MISSING[3] and MISSING[2] in (mine[2], other[2]))
        for mine, other in zip(_addresses(d.ours), theirs, strict=True)
    )


# A dot beside a quoted string or white space, and the "@" of the same address.
_OBSOLETE = re.compile(
    rb"(?:[\"\s)]\s*\.|\.\s*[\"\s(])[^,;<>@]*@|@\s*\w+\s+\.|\.\s+\w+\s*(?:[,>]|\r\n\S)"
)


def _obsolete_local_part(d: Difference) -> bool:
    """We have an address where the other one saw words, and went no further in that field."""
    if d.what not in LISTS or not _OBSOLETE.search(d.raw):
        return False
    left = _spoken(d.theirs)
    skipping = False
    for each in _spoken(d.ours):
        if left and left[0] == each:
            left.pop(0)
            skipping = False
        elif b"." in bytes(each[2] or b"") + bytes(each[3] or b""):  # type: ignore[arg-type]
            skipping = True
        elif not skipping:
            return False
    return not left


def _spoken(value: object) -> Addresses:
    """The addresses, without those that have no addr-spec."""
    return [each for each in _addresses(value) if each[2] is None or each[3] not in _NO_HOST]


RIGHT: dict[str, Callable[[Difference], bool]] = {
    "RFC 2045 section 5.1: All media type values, subtype values, and parameter names as"
    " defined are case-insensitive.": _case,
    "RFC 5322 section 2.2.3: Unfolding is accomplished by simply removing any CRLF that is"
    " immediately followed by WSP.": _fold,
    "RFC 5322 section 3.2.2: Runs of FWS, comment, or CFWS that occur between lexical tokens in a"
    " structured header field are semantically interpreted as a single space character.": _space,
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
