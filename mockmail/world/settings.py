"""What can be set of a server, protocol by protocol."""

from typing import TypedDict, get_type_hints

from mockmail.delivery.settings import DeliverySettings
from mockmail.imap.settings import ImapSettings
from mockmail.near import choice
from mockmail.pop3.settings import Pop3Settings
from mockmail.smtp.settings import SmtpSettings
from mockmail.store.settings import AccountSettings
from mockmail.world.arguments import check_arguments


class Settings(TypedDict, total=False):
    """The keywords of whatever makes a server; what is left out is as a protocol's RFC has it."""

    imap: ImapSettings
    pop3: Pop3Settings
    smtp: SmtpSettings
    accounts: AccountSettings
    delivery: DeliverySettings


def check_settings(settings: Settings) -> None:
    """``TypeError`` for a keyword that there is not, and for settings of another protocol."""
    types = get_type_hints(Settings)
    for name, value in settings.items():
        if name not in types:
            raise TypeError(f"no keyword {name!r} makes a server: {choice(name, types)}")
        check_arguments(**{name: (value, types[name])})
