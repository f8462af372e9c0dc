"""A server's life in all surroundings: the end of its program, other loops, what it says it is."""

import subprocess
import sys

import pytest

NEVER_LEFT = """
import imaplib, mockmail
block = mockmail.start_server({thread})
server = block.__enter__()
client = imaplib.IMAP4(server.imap.host, server.imap.port)
print("end", flush=True)
"""


@pytest.mark.parametrize("thread", ["", "thread=mockmail.ServerThread()"])
def test_a_program_that_never_leaves_it_ends(thread: str) -> None:
    code = NEVER_LEFT.format(thread=thread)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")
