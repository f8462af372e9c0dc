"""The store: users and their mailboxes; what transactions do to them."""

from collections.abc import Callable, Iterable

from mockmail.numset import Uid, without
from mockmail.store import names
from mockmail.store.directory import Directory
from mockmail.store.flags import SYSTEM_FLAGS
from mockmail.store.flags import flags as make_flags
from mockmail.store.journal import Appended, Change, Entry, Expunged, Flagged
from mockmail.store.mailbox import Mailbox, TooManyKeywords
from mockmail.store.refusal import MailboxExists, NoMailbox, NotPermitted, Refused
from mockmail.store.transaction import Draft, Transaction
from mockmail.store.user import User

MAX_MAILBOXES = 10_000
"""Mailboxes that one user can have."""


class Store:
    """All that is stored, for all users of one world."""

    def __init__(self, first_uidvalidity: int = 1) -> None:
        self.users: dict[str, User] = {}
        self.directory = Directory(self.users)
        self.shared: dict[str, Mailbox] = {}
        """Mailboxes that belong to all, newsgroups among them, by full name."""
        self.version = 0
        """Counts commits: whoever waits for a change compares it."""
        self.on_commit: Callable[[Mailbox, Change], None] | None = None
        """Told of each change after it was made; the transcript listens here."""
        self.sessions: Callable[[str, str], int] = lambda login, protocol: 0
        """How many sessions a user has over a protocol: who runs them knows."""
        self._next_uidvalidity = first_uidvalidity

    def fork(self) -> "Store":
        """A store with the same content, independent from now on.

        Its time doesn't depend on the number of messages.
        """
        twin = Store(self._next_uidvalidity)
        for user in self.users.values():
            twin.users[user.name] = user.fork()
        twin.directory = self.directory.fork(twin.users)
        twin.shared = {name: box.fork() for name, box in self.shared.items()}
        for user in self.users.values():
            for name, box in user.news.items():
                twin._follow(twin.users[user.name], name, box.fork())
        return twin

    def _follow(self, user: User, name: str, follower: Mailbox) -> None:
        user.news[name] = follower
        self.shared[name].followers.append(follower)

    def add_user(self, name: str, password: str, addresses: Iterable[str] = ()) -> User:
        """A new user with an INBOX. `Refused` if the name or an address is taken, or can't be."""
        if name in self.users:
            raise Refused(f"there is a user {name!r} already")
        user = User(name, password)
        try:
            self.directory.give(user, addresses)
        except ValueError as error:
            raise Refused(str(error)) from None
        self.users[name] = user
        self.create(user, "INBOX")
        for group, mailbox in self.shared.items():
            if mailbox.fixed:
                self._follow(user, group, mailbox.fork())
        return user

    def transaction(self, origin: str) -> Transaction:
        """Changes made by `origin`: a session's name, a rule's, or ``test``."""
        return Transaction(self, origin)

    def mailbox(self, user: User, name: str) -> Mailbox | None:
        """The mailbox that `user` calls so, in any namespace, if there is one for him."""
        own = user.mailbox(name)
        if own is not None:
            return own
        if name.startswith(names.OTHERS):
            login, _, inner = name[len(names.OTHERS) :].partition(names.DELIMITER)
            other = self.users.get(login)
            mailbox = None if other is None else other.mailbox(inner)
            return mailbox if mailbox is not None and user.name in mailbox.grants else None
        return user.news.get(name) or self.shared.get(name)

    def visible(self, user: User) -> dict[str, Mailbox]:
        """All mailboxes that `user` can name, by the names that he has for them."""
        return {**user.mailboxes, **self.granted(user), **self.shared, **user.news}

    def granted(self, user: User) -> dict[str, Mailbox]:
        """The mailboxes of others that `user` sees."""
        return {
            f"{names.OTHERS}{other.name}{names.DELIMITER}{name}": mailbox
            for other in self.users.values()
            for name, mailbox in other.mailboxes.items()
            if mailbox.grants and user.name in mailbox.grants
        }

    def may_change(self, user: User, mailbox: Mailbox) -> bool:
        """Whether `user` may add messages to a visible mailbox and take them away."""
        if mailbox.fixed or user.read_only:
            return False
        return mailbox.owner in (None, user.name) or mailbox.grants.get(user.name, False)

    def reserved(self, name: str) -> bool:
        """Whether `name` is in a namespace that is in use and no user's own."""
        if name.startswith(names.OTHERS):
            return any(
                box.grants for user in self.users.values() for box in user.mailboxes.values()
            )
        return any(
            name.startswith(prefix) and any(each.startswith(prefix) for each in self.shared)
            for prefix in (names.SHARED, names.NEWS)
        )

    def share(self, mailbox: Mailbox, login: str, *, write: bool) -> None:
        """Let another user see a mailbox, and change it if `write`. `Refused` if that can't be."""
        if login not in self.users:
            raise Refused(f"there is no user {login!r}")
        if mailbox.owner is None or mailbox.owner == login:
            raise Refused(f"{mailbox.name} is {login!r}'s already")
        self._reserve(names.OTHERS)
        mailbox.grants[login] = write
        self.version += 1

    def create_shared(self, name: str) -> Mailbox:
        """A new mailbox for all users, ``Shared/x`` or the newsgroup ``#news.x``."""
        prefix = next((each for each in (names.SHARED, names.NEWS) if name.startswith(each)), None)
        if prefix is None:
            raise Refused(f"A shared mailbox is called {names.SHARED}… or {names.NEWS}…: {name!r}")
        if why := names.problem(name):
            raise Refused(why)
        if name in self.shared:
            raise MailboxExists(f"Mailbox {name} exists already")
        self._reserve(prefix)
        mailbox = self.shared[name] = self._new(name, None)
        if prefix == names.NEWS:
            mailbox.fixed = True
            for user in self.users.values():
                self._follow(user, name, mailbox.fork())
        self.version += 1
        return mailbox

    def _reserve(self, prefix: str) -> None:
        for user in self.users.values():
            for name in user.mailboxes:
                if name.startswith(prefix):
                    raise Refused(f"{user.name} has a mailbox {name!r} of his own")

    def _new(self, name: str, owner: str | None) -> Mailbox:
        # A name used again never gets a UIDVALIDITY it had (RFC 9051 section 2.3.1.1).
        mailbox = Mailbox(name, self._next_uidvalidity, owner)
        self._next_uidvalidity += 1
        return mailbox

    def opened(self, mailbox: Mailbox) -> None:
        """A session is about to select a mailbox."""
        if not mailbox.sticky and not mailbox.journal.readers:
            mailbox.uidvalidity = self._next_uidvalidity
            self._next_uidvalidity += 1

    def create(self, user: User, name: str) -> Mailbox:
        """A new mailbox, and those above it that are missing (RFC 9051 section 6.3.4)."""
        name = names.canonical(name)
        if self.reserved(name):
            raise NotPermitted(f"Mailbox {name} can't be made by its readers")
        if name in user.mailboxes:
            raise MailboxExists(f"Mailbox {name} exists already")
        why = names.problem(name)
        if why:
            raise Refused(why)
        missing = [above for above in names.superiors(name) if above not in user.mailboxes]
        if len(user.mailboxes) + len(missing) + 1 > MAX_MAILBOXES:
            raise Refused(f"A user has at most {MAX_MAILBOXES} mailboxes")
        _take_inferiors(user, name)
        for each in (*missing, name):
            user.mailboxes[each] = self._new(each, user.name)
        self.version += 1
        return user.mailboxes[name]

    def delete(self, user: User, name: str) -> None:
        """Remove a mailbox and its messages; those below it stay (RFC 9051 section 6.3.5).

        Sessions that have it selected keep it (RFC 2180 section 3.2).
        """
        name = names.canonical(name)
        if name == "INBOX":
            raise Refused("INBOX can't be deleted")
        if name not in user.mailboxes:
            if self.mailbox(user, name) is not None:
                raise NotPermitted(f"Mailbox {name} is not {user.name}'s own")
            raise NoMailbox(f"There is no mailbox {name}")
        user.mailboxes.pop(name).gone = True
        self.version += 1

    def rename(self, user: User, old: str, new: str, origin: str) -> None:
        """Give a mailbox and those below it another name (RFC 9051 section 6.3.6).

        They keep their messages and UIDs, and so do sessions that have one of
        them selected. Of INBOX only the messages go; it stays, and what is below
        it, too. `Refused` if a name is taken or can't be one.
        """
        old, new = names.canonical(old), names.canonical(new)
        if old == "INBOX":
            target = self.create(user, new)
            inbox = user.mailboxes["INBOX"]
            with self.transaction(origin) as tx:
                for entry in inbox:
                    tx.append(target, entry.message, entry.flags, entry.internaldate)
                tx.expunge(inbox, list(inbox.uids))
            return
        below = old + names.DELIMITER
        renamed = {
            name: new + name[len(old) :]
            for name in user.mailboxes
            if name == old or name.startswith(below)
        }
        if not renamed:
            if self.mailbox(user, old) is not None:
                raise NotPermitted(f"Mailbox {old} is not {user.name}'s own")
            raise NoMailbox(f"There is no mailbox {old}")
        if new in user.mailboxes:
            raise MailboxExists(f"Mailbox {new} exists already")
        if new.startswith(below):
            raise Refused("A mailbox can't go below itself")
        if self.reserved(new):
            raise NotPermitted(f"Mailbox {new} can't be made by its readers")
        _take_inferiors(user, new)
        for name in renamed.values():
            if why := names.problem(name):
                raise Refused(why)
            if name in user.mailboxes:
                raise MailboxExists(f"Mailbox {name} exists already")
        superior = new.rpartition(names.DELIMITER)[0]
        if superior and superior not in user.mailboxes:
            self.create(user, superior)
        user.mailboxes = {
            renamed.get(name, name): mailbox for name, mailbox in user.mailboxes.items()
        }
        for name in renamed.values():
            user.mailboxes[name].name = name
        self.version += 1

    def commit(self, draft: Draft, origin: str) -> None:
        """Make a draft true. For `Transaction` only."""
        mailbox = draft.mailbox
        appended = tuple(e for uid, e in draft.appended.items() if uid not in draft.expunged)
        flagged = tuple(draft.changed.values())
        expunged = tuple(e for uid, e in draft.expunged.items() if uid not in draft.appended)
        mailbox.uidnext = draft.uidnext
        if not (appended or flagged or expunged):
            return
        mailbox.own()
        mailbox.modseq = draft.modseq
        changes: list[Change] = []
        if expunged:
            for entry in expunged:
                del mailbox.entries[entry.uid]
                mailbox.deleted.pop(entry.uid, None)
            mailbox.uids = without(mailbox.uids, {entry.uid: None for entry in expunged})
            mailbox.vanished.add(draft.modseq, sorted(entry.uid for entry in expunged))
            changes.append(Expunged(draft.modseq, origin, expunged))
        if appended:
            recent = mailbox.readers[0] if mailbox.readers else 0
            if recent:
                mailbox.first_recent = mailbox.uidnext
            mailbox.uids.extend(entry.uid for entry in appended)
            mailbox.entries.update((entry.uid, entry) for entry in appended)
            changes.append(Appended(draft.modseq, origin, appended, recent))
        if flagged:
            mailbox.entries.update((entry.uid, entry) for entry in flagged)
            changes.append(Flagged(draft.modseq, origin, flagged))
        mailbox.index((*appended, *flagged))
        if draft.keywords:
            used = {name for entry in (*appended, *flagged) for name in entry.flags.names}
            mailbox.keywords.update(
                (low, name) for low, name in draft.keywords.items() if name in used
            )
        self.version += 1
        for change in changes:
            mailbox.journal.add(change)
            if self.on_commit:
                self.on_commit(mailbox, change)
        for follower in mailbox.followers:
            self._bring(follower, appended, expunged, origin)

    def _bring(
        self,
        follower: Mailbox,
        appended: Iterable[Entry],
        expunged: Iterable[Entry],
        origin: str,
    ) -> None:
        """Let a follower have the same messages."""
        draft = Draft(follower)
        for each in appended:
            draft.uidnext = Uid(each.uid + 1)
            known = draft.keywords.copy()
            try:
                flags = follower.spelled(each.flags, draft.keywords)
            except TooManyKeywords:
                draft.keywords = known
                flags = make_flags(name for name in each.flags if name in SYSTEM_FLAGS)
            draft.appended[each.uid] = Entry(
                each.uid, each.message, flags, draft.modseq, each.internaldate
            )
        draft.expunged = {each.uid: follower.entries[each.uid] for each in expunged}
        self.commit(draft, origin)

    def check(self) -> None:
        """The laws that the store alone can show; ``AssertionError`` names the one broken.

        - 1: UIDs ascend, and UIDNEXT is above them all.
        - 2: mod-sequences ascend with the journal.
        - a follower has the messages of what it follows.
        - no two mailboxes of one user share a UIDVALIDITY, so that no name ever
          comes back with one it had.
        - a user is found by his addresses.
        """
        self.directory.check_laws()
        for user in self.users.values():
            validities = [box.uidvalidity for box in user.mailboxes.values()]
            assert len(set(validities)) == len(validities), f"{user.name}: UIDVALIDITY used twice"
            for name, box in user.mailboxes.items():
                assert box.name == name, f"{user.name}: mailbox {box.name!r} stands under {name!r}"
                box.check()
            for name, box in user.news.items():
                box.check()
                assert box.uids == self.shared[name].uids, f"{user.name}: {name} lags behind"
        for box in self.shared.values():
            box.check()


def _take_inferiors(user: User, name: str) -> None:
    """`Refused` if a mailbox above `name` may have none below it."""
    for above in names.superiors(name):
        if above in user.mailboxes and user.mailboxes[above].no_inferiors:
            raise Refused(f"Mailbox {above} takes no inferiors")
