"""CRAM-MD5 (RFC 2195): the password proves itself by a keyed digest of the challenge."""

import hmac

from mockmail.sasl.mechanism import Exchange, Malformed, Realm, let_in


def cram_md5(realm: Realm) -> Exchange:
    """``user SP digest``, the digest in lower-case hexadecimal digits (RFC 2195 section 2)."""
    challenge = realm.message_id()
    answer = yield challenge
    try:
        name, space, digest = answer.decode("utf-8").rpartition(" ")
    except UnicodeDecodeError:
        raise Malformed("CRAM-MD5 takes a name in UTF-8") from None
    if not space:
        raise Malformed("CRAM-MD5 is a name, a space and a digest")

    def knows(password: str) -> bool:
        return hmac.new(password.encode(), challenge, "md5").hexdigest() == digest

    return let_in(realm, name, knows)
