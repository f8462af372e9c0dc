"""PLAIN (RFC 4616): the name and the password in one answer."""

from mockmail.sasl.mechanism import AuthorizationFailed, Exchange, Malformed, Realm, check_password


def plain(realm: Realm) -> Exchange:
    """``message = [authzid] UTF8NUL authcid UTF8NUL passwd`` (RFC 4616 section 2)."""
    answer = yield b""
    try:
        authzid, authcid, password = answer.decode("utf-8").split("\0")
    except ValueError:
        raise Malformed("PLAIN is [authzid] NUL authcid NUL passwd in UTF-8") from None
    user = check_password(realm, authcid, password)
    if authzid not in ("", authcid):
        raise AuthorizationFailed(f"{authcid} may not act for {authzid}")
    return user
