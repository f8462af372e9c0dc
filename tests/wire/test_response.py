"""A response: parts that a rule can find and change, joined by its protocol's style."""

from mockmail.wire.response import Literal, Piece, Response


def _style(response: Response) -> list[Piece]:
    return [b"%d " % (response.number or 0), *response.items, b"\r\n"]


def test_what_is_changed_before_it_is_sent_is_sent() -> None:
    body = Literal(b"BODY[]", b"abc")
    response = Response(b"FETCH", 3, [b"UID 7", body], _style, uid=7)
    assert response.pieces() == [b"3 ", b"UID 7", body, b"\r\n"]
    response.number = 4
    response.items[0] = b"UID 8"
    assert response.pieces() == [b"4 ", b"UID 8", body, b"\r\n"]


def test_repr_says_what_rules_look_at() -> None:
    body = Literal(b"BODY[]", memoryview(b"abc"))
    assert repr(Response(b"FETCH", 3, [body], _style)) == (
        "<3 FETCH [Literal(b'BODY[]', 3 octets)]>"
    )
    assert repr(Response(b"+OK", None, [b"hi"], _style)) == "<+OK [b'hi']>"
