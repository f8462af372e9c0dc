"""Why the store does not do what it is asked to."""


class Refused(Exception):
    """The store can't do this; the text says why."""


class NoMailbox(Refused):
    """There is no mailbox of that name."""


class MailboxExists(Refused):
    """There is a mailbox of that name already."""


class NotPermitted(Refused):
    """The user may not do this there."""


class OverQuota(Refused):
    """The user's mailboxes would hold more than his quota."""
