"""What a test can set of accounts: who is let in, and whose mail an address is."""

from dataclasses import dataclass
from typing import Literal

PlusMailbox = Literal["inbox", "existing", "create"]


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """Settings of a server's accounts, whatever the protocol.

    ``ValueError`` for a limit that is not above 0, and for a separator that addresses
    can't be divided by.
    """

    any_user: bool = False
    """Who logs in or gets mail at a local domain has an account, made then if need be. Its
    password is the first one that is said; until then each is right."""
    any_password: bool = False
    """Each password is right, and each digest of one."""
    plus: str = "+"
    """What divides addresses: mail for ``anna+x@example.org`` is Anna's. Each of several
    characters does; empty for none."""
    plus_mailbox: PlusMailbox = "inbox"
    """Where that mail goes: into INBOX; into the mailbox called ``x`` if there is one; or there
    in any case, and it is made."""
    catch_all: str = ""
    """Who gets mail for addresses at local domains that are nobody's: a login or an address."""
    max_connections: int | None = None
    """Sessions of a user over one protocol at the same time; None for any number."""
    lockout_failures: int | None = None
    """After so many wrong passwords one after another a user is locked out; None for never."""
    lockout_seconds: float = 900.0
    """For how long, on the clock."""

    def __post_init__(self) -> None:
        for name in ("max_connections", "lockout_failures", "lockout_seconds"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} must be above 0, not {value}")
        if any(each.isalnum() or each.isspace() or each in '"@\\' for each in self.plus):
            raise ValueError(f"plus is punctuation, or empty, not {self.plus!r}")
