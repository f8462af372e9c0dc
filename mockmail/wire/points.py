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
QUIT between the deletions and the reply.
"""

from enum import IntEnum


class Point(IntEnum):
    """A moment at which a rule may act."""

    CONNECT = 0
    """A client connected; nothing was said."""
    TLS = 1
    """A TLS handshake is about to begin."""
    GREETING = 2
    """The greeting is about to be sent."""
    RECEIVED = 3
    """A command was received whole; nothing was done about it."""
    CONTINUATION = 4
    """The client is about to be asked for more: IMAP's and POP3's ``+``, SMTP's 334 and 354."""
    COMMITTED = 5
    """The store has changed; nothing was answered."""
    DATA = 6
    """A response with the command's results is about to be sent."""
    BEFORE_OK = 7
    """The command's final reply is about to be sent."""
    AFTER_OK = 8
    """The command's final reply was sent."""
    UNSOLICITED = 9
    """Something nobody asked for now is about to be sent."""
    TIMER = 10
    """A deadline passed."""
    CLOSE = 11
    """The connection is about to be closed."""

    @property
    def word(self) -> str:
        """As rules spell it: ``before-ok``."""
        return self.name.lower().replace("_", "-")


POINTS = {point.word: point for point in Point}
"""The points by the words that rules use."""
