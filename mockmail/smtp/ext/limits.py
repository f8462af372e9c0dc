"""LIMITS (RFC 9422): a server says what it takes; it keeps to that in any case."""

from mockmail.smtp.rows import Extension, KeywordRow
from mockmail.smtp.session import Session

MOST = 999_999
"""A limit is said in six digits (sections 4.1 to 4.3)."""


def _shown(session: Session) -> str:
    settings = session.settings
    limits = {
        "MAILMAX": settings.messages,
        "RCPTMAX": settings.recipients,
        "RCPTDOMAINMAX": settings.recipient_domains,
    }
    said = (f"{name}={limit}" for name, limit in limits.items() if limit and limit <= MOST)
    return " ".join(("LIMITS", *said))


EXTENSION = Extension("LIMITS", rfc=9422, default=False, keywords=(KeywordRow(_shown),))
