"""The points of a conversation, in order.

A rule names one of them, and every act of a session stands at one::

    connect ── tls ── greeting ──┐
                                 │
        ┌────────────────────────▼─────────────────────────────────────┐
        │ received ── continuation ── committed ── data ── before-ok ──│── after-ok
        └────────────────────────▲─────────────────────────────────────┘
                                 │
          unsolicited ───────────┤   (the server speaks by itself: IDLE)
          timer ─────────────────┘   (a deadline passed: autologout)
                                     close

*tls* lies where TLS begins: behind *connect* on a port that is TLS from the
start, otherwise behind *before-ok* of STARTTLS or STLS.

POP3 and SMTP use the same points: *continuation* is the 354 of DATA,
*committed* lies between storing and the reply to the final dot, and at POP3's
QUIT between the deletions and the reply. LMTP's replies to the final dot, one for
each recipient, are each at *before-ok*.
"""

from enum import IntEnum
from typing import Self


class Point(IntEnum):
    """A moment at which a rule may act, and what is so then."""

    meaning: str

    def __new__(cls, number: int, meaning: str) -> Self:
        point = int.__new__(cls, number)
        point._value_ = number
        point.meaning = meaning
        return point

    CONNECT = 0, "a client connected, and nothing was said"
    TLS = 1, "a TLS handshake is about to begin"
    GREETING = 2, "the greeting is about to be sent"
    RECEIVED = 3, "a command was received whole, and nothing was done about it"
    CONTINUATION = 4, "the client is about to be asked for more"
    """IMAP's and POP3's ``+``, SMTP's 334 and 354."""
    COMMITTED = 5, "the store has changed, and nothing was answered"
    DATA = 6, "a response with the command's results is about to be sent"
    BEFORE_OK = 7, "the command's final reply is about to be sent"
    AFTER_OK = 8, "the command's final reply was sent"
    UNSOLICITED = 9, "something nobody asked for now is about to be sent"
    TIMER = 10, "a deadline passed"
    CLOSE = 11, "the server is about to close the connection"

    @property
    def word(self) -> str:
        """As rules spell it: ``before-ok``."""
        return self.name.lower().replace("_", "-")


POINTS = {point.word: point for point in Point}
"""The points by the words that rules use."""

RESPONDING = frozenset(Point) - {
    *(Point.CONNECT, Point.TLS, Point.RECEIVED, Point.COMMITTED, Point.AFTER_OK)
}
"""The points at which something may be about to be sent."""
BEFORE_COMMANDS = frozenset({Point.CONNECT, Point.GREETING})
"""The points at which the client has said nothing yet."""
