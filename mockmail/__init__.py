"""mockmail: a mail server that lives in a test.

The names listed in ``__all__`` are the public ones; nothing else is promised.
They are imported when they are first used, so that ``import mockmail`` costs
nothing but this file.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the same names for type checkers, which don't run __getattr__
    from mockmail.api import open_server, server_in_nursery, start_server
    from mockmail.client.conflict import Conflict
    from mockmail.client.drivers import (
        AsyncImapClient,
        AsyncPop3Client,
        AsyncSmtpClient,
        ImapClient,
        Pop3Client,
        SmtpClient,
    )
    from mockmail.client.imap_answer import ImapAnswer
    from mockmail.client.outcome import Outcome, Race
    from mockmail.client.pop3 import Pop3Answer
    from mockmail.client.smtp import SmtpAnswer
    from mockmail.delivery.queued import Queued
    from mockmail.delivery.sent import Sent
    from mockmail.delivery.settings import DeliverySettings
    from mockmail.delivery.status import DeliveryStatus
    from mockmail.imap.settings import ImapSettings
    from mockmail.message.attachment import Attachment
    from mockmail.pop3.settings import Pop3Settings
    from mockmail.scenario.errors import ScenarioError
    from mockmail.serve.endpoint import Endpoint
    from mockmail.serve.loop import ServerThread
    from mockmail.serve.memory import MemoryStream
    from mockmail.serve.server import Server
    from mockmail.serve.waiting import WaitTimeout
    from mockmail.smtp.settings import SmtpSettings
    from mockmail.store.settings import AccountSettings
    from mockmail.world.account import User
    from mockmail.world.effect import Effect
    from mockmail.world.effects import (
        Answer,
        Cut,
        Delay,
        Deliver,
        Drop,
        Expunge,
        Flag,
        Inject,
        Move,
        Repeat,
        Replace,
        Split,
        Stall,
    )
    from mockmail.world.faults import Faults
    from mockmail.world.mailbox import Mailbox, MailboxGone
    from mockmail.world.message import Flags, Message, MessageGone
    from mockmail.world.moment import Moment
    from mockmail.world.named import NotThere
    from mockmail.world.rule import Match, Rule, When
    from mockmail.world.settings import Settings
    from mockmail.world.transcript import Transcript
    from mockmail.world.words import RuleError
    from mockmail.world.world import Broken

_HOMES = {
    "AccountSettings": "mockmail.store.settings",
    "Answer": "mockmail.world.effects",
    "AsyncImapClient": "mockmail.client.drivers",
    "AsyncPop3Client": "mockmail.client.drivers",
    "AsyncSmtpClient": "mockmail.client.drivers",
    "Attachment": "mockmail.message.attachment",
    "Broken": "mockmail.world.world",
    "Conflict": "mockmail.client.conflict",
    "Cut": "mockmail.world.effects",
    "Delay": "mockmail.world.effects",
    "Deliver": "mockmail.world.effects",
    "DeliverySettings": "mockmail.delivery.settings",
    "DeliveryStatus": "mockmail.delivery.status",
    "Drop": "mockmail.world.effects",
    "Effect": "mockmail.world.effect",
    "Endpoint": "mockmail.serve.endpoint",
    "Expunge": "mockmail.world.effects",
    "Faults": "mockmail.world.faults",
    "Flag": "mockmail.world.effects",
    "Flags": "mockmail.world.message",
    "ImapAnswer": "mockmail.client.imap_answer",
    "ImapClient": "mockmail.client.drivers",
    "ImapSettings": "mockmail.imap.settings",
    "Pop3Settings": "mockmail.pop3.settings",
    "Inject": "mockmail.world.effects",
    "Mailbox": "mockmail.world.mailbox",
    "MailboxGone": "mockmail.world.mailbox",
    "Match": "mockmail.world.rule",
    "MemoryStream": "mockmail.serve.memory",
    "Message": "mockmail.world.message",
    "MessageGone": "mockmail.world.message",
    "Moment": "mockmail.world.moment",
    "Move": "mockmail.world.effects",
    "NotThere": "mockmail.world.named",
    "Outcome": "mockmail.client.outcome",
    "Pop3Answer": "mockmail.client.pop3",
    "Pop3Client": "mockmail.client.drivers",
    "Queued": "mockmail.delivery.queued",
    "Race": "mockmail.client.outcome",
    "Repeat": "mockmail.world.effects",
    "Replace": "mockmail.world.effects",
    "Rule": "mockmail.world.rule",
    "RuleError": "mockmail.world.words",
    "ScenarioError": "mockmail.scenario.errors",
    "Sent": "mockmail.delivery.sent",
    "Server": "mockmail.serve.server",
    "ServerThread": "mockmail.serve.loop",
    "Settings": "mockmail.world.settings",
    "SmtpAnswer": "mockmail.client.smtp",
    "SmtpClient": "mockmail.client.drivers",
    "SmtpSettings": "mockmail.smtp.settings",
    "Split": "mockmail.world.effects",
    "Stall": "mockmail.world.effects",
    "Transcript": "mockmail.world.transcript",
    "User": "mockmail.world.account",
    "WaitTimeout": "mockmail.serve.waiting",
    "When": "mockmail.world.rule",
    "open_server": "mockmail.api",
    "server_in_nursery": "mockmail.api",
    "start_server": "mockmail.api",
}

__all__ = [
    "AccountSettings",
    "Answer",
    "AsyncImapClient",
    "AsyncPop3Client",
    "AsyncSmtpClient",
    "Attachment",
    "Broken",
    "Conflict",
    "Cut",
    "Delay",
    "Deliver",
    "DeliverySettings",
    "DeliveryStatus",
    "Drop",
    "Effect",
    "Endpoint",
    "Expunge",
    "Faults",
    "Flag",
    "Flags",
    "ImapAnswer",
    "ImapClient",
    "ImapSettings",
    "Inject",
    "Mailbox",
    "MailboxGone",
    "Match",
    "MemoryStream",
    "Message",
    "MessageGone",
    "Moment",
    "Move",
    "NotThere",
    "Outcome",
    "Pop3Answer",
    "Pop3Client",
    "Pop3Settings",
    "Queued",
    "Race",
    "Repeat",
    "Replace",
    "Rule",
    "RuleError",
    "ScenarioError",
    "Sent",
    "Server",
    "ServerThread",
    "Settings",
    "SmtpAnswer",
    "SmtpClient",
    "SmtpSettings",
    "Split",
    "Stall",
    "Transcript",
    "User",
    "WaitTimeout",
    "When",
    "open_server",
    "server_in_nursery",
    "start_server",
]


def __getattr__(name: str) -> object:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'mockmail' has no attribute {name!r}") from None
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value
