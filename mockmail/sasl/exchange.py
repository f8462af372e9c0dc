"""A SASL exchange in lines of BASE64, as IMAP and POP3 have it (RFC 4422 section 3)."""

import base64
import binascii
from collections.abc import Callable

from mockmail.sasl.mechanism import Exchange, Malformed, Prompt
from mockmail.store.user import User
from mockmail.wire.turns import Reading


class Cancelled(Exception):
    """The client said ``*`` in place of an answer."""


class TooEarly(Malformed):
    """There was an initial response, and the mechanism begins with a challenge."""


def negotiate(
    exchange: Exchange, initial: bytes | None, ask: Callable[[bytes], Reading[bytes]]
) -> Reading[User]:
    """The user that a mechanism lets in; `Malformed`, `Cancelled` or `AuthenticationFailed`.

    `initial` is the client's initial response in BASE64, or ``=`` for an empty one.
    `ask` says a challenge, which it is given in BASE64, and reads the client's line.
    """
    challenge = next(exchange)
    if initial is not None and challenge and not isinstance(challenge, Prompt):
        raise TooEarly("This mechanism has no initial response")
    while True:
        if initial is not None:
            line, initial = (b"" if initial == b"=" else initial), None
        else:
            line = yield from ask(base64.b64encode(challenge))
            if line == b"*":
                raise Cancelled
        try:
            challenge = exchange.send(base64.b64decode(line, validate=True))
        except StopIteration as end:
            user: User = end.value
            return user
        except binascii.Error:
            raise Malformed("The answer is not BASE64") from None
