"""Writes scripts for a duet: random well-formed commands of several sessions."""

from collections.abc import Iterator, Sequence
from random import Random  # noqa: TID251

NAMES = ("Work", "Work/Old", "Work/Old/er", "Lists", "Gr&APwA3w-e", '"two words"')
FLAGS = ("\\Seen", "\\Flagged", "\\Answered", "\\Deleted", "\\Draft", "$Junk", "Todo")
ITEMS = (
    *("FLAGS", "UID", "MODSEQ", "RFC822.SIZE", "INTERNALDATE"),
    *("ENVELOPE", "BODYSTRUCTURE", "BODY", "RFC822.HEADER", "PREVIEW"),
    *("BODY.PEEK[]", "BODY.PEEK[HEADER]", "BODY.PEEK[TEXT]<0.5>", "BODY.PEEK[]<3.50>"),
    *("BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)]", "BODY.PEEK[HEADER.FIELDS.NOT (To X-None)]"),
    *("BODY[TEXT]", "BODY[]", "BODY[1]", "BODY.PEEK[1.MIME]", "BODY.PEEK[3.HEADER]"),
    *("BODY.PEEK[3.1]", "BODY.PEEK[2]<2.2>", "BINARY.PEEK[2]", "BINARY.SIZE[1]", "BINARY[1]<1.3>"),
)
KEYS = (
    *("ALL", "SEEN", "UNSEEN", "FLAGGED", "UNFLAGGED", "DELETED", "UNDELETED", "ANSWERED"),
    *("UNANSWERED", "DRAFT", "UNDRAFT", "KEYWORD $Junk", "UNKEYWORD Todo", "KEYWORD todo"),
    *("SUBJECT minutes", "SUBJECT re", "FROM ben", "TO anna", "CC x", "BCC x", "BODY noon"),
    *("TEXT nothing", "BODY <schöne>".encode().decode("latin-1"), "TEXT anna", 'SUBJECT ""'),
    *("LARGER 150", "SMALLER 160", "LARGER 13", "SMALLER 14", "SINCE 1-Jan-2024"),
    *("BEFORE 1-Feb-2024", "ON 3-Feb-2024", "SENTON 1-Jan-2024", "SENTBEFORE 2-Jan-2024"),
    *("SENTSINCE 1-Jan-2024", "HEADER Message-ID 2@", 'HEADER Subject ""', "HEADER X-None y"),
    *("MODSEQ $H+1", "MODSEQ $G+1", "MODSEQ 1"),
)
WRONG = (
    *("NOSUCH", "FETCH", "FETCH 1", "FETCH 1 NOSUCH", "STORE 1 FLAGS (\\NoSuch)", "UID", "SEARCH"),
    *("SEARCH NOSUCH", "COPY 1", "LIST", "STATUS INBOX", "CREATE", "RENAME INBOX"),
    *("FETCH 99 FLAGS", "STORE 99 FLAGS ()", "COPY 1 nosuch", "SELECT nosuch", "DELETE INBOX"),
    *("STATUS nosuch (MESSAGES)", "DELETE nosuch", "CREATE INBOX", "APPEND nosuch <<text>>"),
)
RETURNS = ("", "RETURN () ", "RETURN (MIN MAX) ", "RETURN (COUNT ALL) ", "RETURN (MAX) ")
SAVES = ("RETURN (SAVE) ", "RETURN (SAVE MIN) ", "RETURN (SAVE ALL) ", "RETURN (SAVE MIN MAX) ")
MESSAGES = (
    "Date: Mon, 1 Jan 2024 00:00:00 +0000|Subject: {n}||text|",
    "Date: Tue, 2 Jan 2024 23:00:00 -0500|From: Ben ben@example.net|Subject: re {n}||nothing|",
    "Date: 3 Jan 24 00:00 GMT|Subject: =?utf-8?q?=C3=BC?= {n}|MIME-Version: 1.0|Content-Type: text/html||noon &amp; {n}|",
    "Date: Mon, 1 Jan 2024 00:00:00 +0000|MIME-Version: 1.0|Content-Transfer-Encoding: base64||AGFi|",
)
SESSIONS = "ABC"
MOST = 25
"""Messages of a mailbox to which nothing is added any more."""


class Writer:
    """Writes a script line by line, and follows what it does as far as it must."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._boxes = {"INBOX": 5}
        self._selected: dict[str, tuple[str, bool]] = {}
        self._modes: dict[str, str] = {}
        self._idles = ""
        self._dates = 0

    def lines(self) -> Iterator[str]:
        """The script; it has no end."""
        for name in SESSIONS:
            mode = self._modes[name] = self._random.choice(("", "", "CONDSTORE", "QRESYNC"))
            if mode:
                yield f"{name}: ENABLE {mode}"
        while True:
            name = self._random.choice(SESSIONS)
            if self._likely(0.6):
                yield f"{name}: NOOP"
            if name in self._selected and self._likely(0.04):
                yield from self._idle(name)
                continue
            if self._likely(0.03):
                text = self._random.choice(WRONG)
                if text.startswith("SELECT"):
                    self._selected.pop(name, None)
            elif name not in self._selected and self._likely(0.7):
                text = self._select(name)
            elif name in self._selected and self._likely(0.75):
                text = self._on_messages(name)
            else:
                text = self._on_mailboxes()
            if _needs_news(text):
                yield f"{name}: NOOP"
            yield f"{name}: {text}"

    def last(self) -> Iterator[str]:
        """What a script ends with: everything that is there."""
        for name in SESSIONS:
            if name == self._idles:
                yield f"{name}: DONE"
            yield f"{name}: NOOP"
            if name in self._selected:
                yield f"{name}: UID FETCH 1:* (FLAGS INTERNALDATE RFC822.SIZE)"
        yield 'D: LIST "" * RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN SIZE))'
        yield 'D: LIST (SUBSCRIBED) "" *'

    def _likely(self, probability: float) -> bool:
        return self._random.random() < probability

    def _some(self, among: Sequence[str], most: int) -> str:
        return " ".join(self._random.sample(among, self._random.randint(1, most)))

    def _idle(self, name: str) -> Iterator[str]:
        """One idles, others do something to what it has selected."""
        self._idles = name
        yield f"{name}: IDLE"
        box, _ = self._selected[name]
        for other in SESSIONS.replace(name, ""):
            if self._selected.get(other) == (box, False) and self._likely(0.8):
                yield f"{other}: {self._store('')}"
            elif self._likely(0.5):
                yield f"{other}: {self._append(box)}"
        self._idles = ""
        yield f"{name}: DONE"

    def _select(self, name: str) -> str:
        box = self._random.choice(list(self._boxes))
        read_only = self._likely(0.2)
        self._selected[name] = box, read_only
        parameter = ""
        if self._modes[name] == "QRESYNC" and self._likely(0.7):
            since = self._random.choice(("$H", "$H", "$G", "1"))
            known = self._random.choice(("", "", " 1:3", " 2,4:9", " 1:9 ($S)", " ($S)"))
            parameter = f" (QRESYNC ($V {since}{known}))"
        elif self._likely(0.1):
            parameter = " (CONDSTORE)"
        return f"{'EXAMINE' if read_only else 'SELECT'} {box}{parameter}"

    def _set(self) -> str:
        # Numbers that there may not be are UIDs, or refused by both.
        if self._likely(0.05):
            return "$"
        ends = [self._random.choice((*"111222334", "*", "*", "9")) for _ in range(2)]
        # Dovecot ends at "9,*" of fewer messages.
        listed = "2,1" if "*" in ends else ",".join(ends)
        return self._random.choice((ends[0], ":".join(ends), listed, "1:*", "1:3"))

    def _key(self, depth: int = 2) -> str:
        draw = self._random.random()
        if depth and draw < 0.2:
            return f"NOT {self._key(depth - 1)}"
        if depth and draw < 0.4:
            return f"OR {self._key(depth - 1)} {self._key(depth - 1)}"
        if depth and draw < 0.5:
            return f"({self._key(depth - 1)} {self._key(depth - 1)})"
        if draw < 0.6:
            return f"UID {self._set()}"
        return self._random.choice(KEYS)

    def _on_messages(self, name: str) -> str:
        box, read_only = self._selected[name]
        uid = self._random.choice(("", "UID "))
        kind = self._random.randrange(13)
        if kind <= 2:
            return self._fetch(uid, vanished=bool(uid) and self._modes[name] == "QRESYNC")
        if kind <= 4:
            returns = self._random.choice((*RETURNS, *SAVES))
            charset = "CHARSET UTF-8 " if self._likely(0.2) else ""
            return f"{uid}SEARCH {returns}{charset}{self._key()}"
        if kind == 5:
            target = self._random.choice(list(self._boxes))
            move = "COPY" if read_only or self._likely(0.5) else "MOVE"
            if self._boxes[target] > MOST:
                return "CHECK"
            self._boxes[target] += 5
            return f"{uid}{move} {self._set()} {target}"
        if kind == 6:
            del self._selected[name]
            return self._random.choice(("CLOSE", "UNSELECT"))
        if kind == 7:
            return self._select(name)
        if read_only:
            return self._fetch(uid, vanished=False)
        if kind == 8:
            return self._random.choice(("EXPUNGE", f"UID EXPUNGE {self._set()}"))
        if kind == 9:
            return self._append(box)
        return self._store(uid)

    def _fetch(self, uid: str, *, vanished: bool) -> str:
        items = self._random.choice((f"({self._some(ITEMS, 3)})",) * 6 + ("FAST", "ALL", "FULL"))
        modifier = ""
        if self._likely(0.25):
            since = self._random.choice(("$H", "$G", "1"))
            gone = " VANISHED" if vanished and self._likely(0.6) else ""
            modifier = f" (CHANGEDSINCE {since}{gone})"
        # Dovecot ends when it is asked what of "$" has vanished.
        ids = "1:*" if "VANISHED" in modifier else self._set()
        return f"{uid}FETCH {ids} {items}{modifier}"

    def _store(self, uid: str) -> str:
        sign = self._random.choice(("", "+", "-"))
        silent = self._random.choice(("", "", ".SILENT"))
        modifier = ""
        if self._likely(0.2):
            modifier = f"(UNCHANGEDSINCE {self._random.choice(('$H', '$G'))}) "
            sign = "" if self._likely(0.9) else sign
        return f"{uid}STORE {self._set()} {modifier}{sign}FLAGS{silent} ({self._some(FLAGS, 3)})"

    def _append(self, box: str) -> str:
        if self._boxes[box] > MOST:
            return "NOOP"
        messages = []
        for _ in range(self._random.choice((1, 1, 1, 2, 3))):
            self._boxes[box] += 1
            self._dates += 1
            flags = self._random.choice(("", f"({self._some(FLAGS, 2)}) "))
            zone = self._random.choice(("+0000", "-0730", "+1100"))
            text = self._random.choice(MESSAGES).format(n=self._dates)
            if self._likely(0.3):
                text = f"<{text}>"
            date = f'"{self._dates % 28 + 1:02d}-Feb-2024 12:00:00 {zone}"'
            messages.append(f"{flags}{date} <{text}>")
        return f"APPEND {box} {' '.join(messages)}"

    def _on_mailboxes(self) -> str:
        kind = self._random.randrange(10)
        free = [n for n in NAMES if n not in self._boxes and _above(n) in ("", *self._boxes)]
        idle = [
            n
            for n in self._boxes
            if n != "INBOX"
            and not any(n == box for box, _ in self._selected.values())
            and not any(_above(other) == n for other in self._boxes)
        ]
        if kind <= 1 and free:
            new = self._random.choice(free)
            self._boxes[new] = 0
            return f"CREATE {new}"
        if kind == 2 and idle:
            old = self._random.choice(idle)
            del self._boxes[old]
            return f"DELETE {old}"
        if kind == 3 and idle and free:
            old, new = self._random.choice(idle), self._random.choice(free)
            if _above(new) != old:
                self._boxes[new] = self._boxes.pop(old)
                return f"RENAME {old} {new}"
        box = self._random.choice(list(self._boxes))
        if kind == 4:
            return f"{self._random.choice(('SUBSCRIBE', 'UNSUBSCRIBE'))} {box}"
        if kind == 5:
            return self._list()
        if kind == 6:
            items = ("MESSAGES", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "SIZE", "HIGHESTMODSEQ")
            return f"STATUS {box} ({self._some(items, 4)})"
        return self._append(box)

    def _list(self) -> str:
        pattern = self._random.choice(("*", "%", "W*", "Work/%", "L%", "*e", "(% Work/*)", "%/%"))
        if "(" not in pattern and self._likely(0.3):
            return f'LSUB "" {pattern}'
        select = self._random.choice(
            ("", "", "() ", "(SUBSCRIBED) ", "(SUBSCRIBED RECURSIVEMATCH) ", "(REMOTE) ")
        )
        returns = self._random.choice(
            ("", " RETURN ()", " RETURN (CHILDREN)", " RETURN (SUBSCRIBED CHILDREN)")
            + (" RETURN (STATUS (MESSAGES UNSEEN UIDNEXT))", " RETURN (CHILDREN SPECIAL-USE)")
        )
        return f'LIST {select}"" {pattern}{returns}'


def _needs_news(text: str) -> bool:
    """Whether what it does depends on what the session was told, and differs between servers."""
    seen_of_changed = "CHANGEDSINCE" in text and "Y[" in text.replace("PEEK[", "")
    removes = text.removeprefix("UID ").startswith(("MOVE", "EXPUNGE", "CLOSE"))
    return removes or seen_of_changed or "SAVE" in text or "$ " in text


def _above(name: str) -> str:
    return name.rpartition("/")[0]
