"""Pytest runs of their own, for tests of the plugin."""

import pytest

import mockmail.scenario.load  # noqa: F401 YAML's parser in C doesn't like to be imported twice

HEAD = """
import contextlib
import imaplib
import pytest
from mockmail import *

clients = []

@pytest.fixture(autouse=True)
def nobody_stays():
    yield
    while clients:
        with contextlib.suppress(OSError):
            clients.pop().shutdown()

def log_in(server, password="secret"):
    client = imaplib.IMAP4(server.imap.host, server.imap.port)
    clients.append(client)
    client.login("anna", password)
    client.select()
    return client
"""
QUICK = ("-p", "no:cacheprovider", "-p", "no:schemathesis")
INI = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"


def run(
    pytester: pytest.Pytester, code: str, *arguments: str, ini: str = "", alone: bool = False
) -> pytest.RunResult:
    """Run these tests, with that in the ini file; `alone` in a process of their own."""
    pytester.makeini(INI + ini)
    pytester.makepyfile(HEAD + code)
    start = pytester.runpytest_subprocess if alone else pytester.runpytest_inprocess
    return start(*QUICK, *arguments)
