"""mockmail as a process of its own, run by `peers`.

For each line that it reads it makes a fresh world, with the messages of a Maildir
that nobody has looked at yet, and prints its ports: IMAP, POP3, SMTP.
"""

import sys
from pathlib import Path

from mockmail import Server, ServerThread

from .worlds import SYSTEM, scenario_of


def main(maildir: Path) -> None:
    raws = [path.read_bytes() for path in sorted(maildir.iterdir())]
    server: Server | None = None
    with ServerThread() as thread:
        for _ in sys.stdin:
            if server is not None:
                server.close()
            world = scenario_of(raws, SYSTEM).world()
            inbox = world.store.users["anna"].mailboxes["INBOX"]
            inbox.first_recent = inbox.uidnext  # as in a Maildir: what is in "cur" is not new
            world.store.create(world.store.users["anna"], "Other")
            server = Server(world, thread.loop)
            print(server.imap.port, server.pop3.port, server.smtp.port, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
