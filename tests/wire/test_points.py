"""The points of a conversation, by their words."""

from mockmail.wire.points import POINTS, Point


def test_every_point_has_a_word_of_its_own() -> None:
    assert list(POINTS) == [
        "connect",
        "tls",
        "greeting",
        "received",
        "continuation",
        "committed",
        "data",
        "before-ok",
        "after-ok",
        "unsolicited",
        "timer",
        "close",
    ]
    assert list(POINTS.values()) == list(Point)
    for point in Point:
        assert POINTS[point.word] is point


def test_in_the_order_of_a_conversation() -> None:
    assert Point.CONNECT < Point.GREETING < Point.RECEIVED < Point.COMMITTED < Point.BEFORE_OK
    assert sorted(Point) == list(Point)
