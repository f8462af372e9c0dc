"""What can be set of a server, protocol by protocol."""

from typing import TypedDict

from mockmail.delivery.settings import DeliverySettings
from mockmail.imap.settings import ImapSettings
from mockmail.pop3.settings import Pop3Settings
from mockmail.smtp.settings import SmtpSettings
from mockmail.store.settings import AccountSettings


class Settings(TypedDict, total=False):
    """The keywords of whatever makes a server; what is left out is as a protocol's RFC has it."""

    imap: ImapSettings
    pop3: Pop3Settings
    smtp: SmtpSettings
    accounts: AccountSettings
    delivery: DeliverySettings
