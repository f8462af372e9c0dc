"""LOGIN: the name, then the password. No RFC has it; servers and clients do."""

from mockmail.sasl.mechanism import Exchange, Malformed, Prompt, Realm, check_password


def login(realm: Realm) -> Exchange:
    """Asks for the one and for the other; many clients send the name before they are asked."""
    name = yield Prompt(b"Username:")
    password = yield b"Password:"
    try:
        return check_password(realm, name.decode("utf-8"), password.decode("utf-8"))
    except UnicodeDecodeError:
        raise Malformed("LOGIN takes a name and a password in UTF-8") from None
