"""The pytest plugin, in pytest runs of its own."""

import subprocess
import sys

import pytest

from pytests import run


def test_the_first_test_of_a_user(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_x(mailserver):
    user = mailserver.add_user("anna")
    user.deliver(subject="hello")
    client = log_in(mailserver)
    assert client.search(None, "UNSEEN")[1] == [b"1"]
    client.logout()
""",
        "-W",
        "error",
    )
    result.assert_outcomes(passed=1)


def test_each_test_has_a_fresh_world_on_one_thread(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
import threading
seen = []

@pytest.mark.parametrize("number", range(3))
def test_x(mailserver, number):
    assert not mailserver.users
    mailserver.add_user("anna")
    log_in(mailserver).shutdown()
    seen.append([t for t in threading.enumerate() if t.name == "mockmail"])
    assert len(seen[-1]) == 1
    assert seen[0] == seen[-1]
""",
        alone=True,
    )
    result.assert_outcomes(passed=3)


def test_a_fault_that_never_came_fails_a_passing_test(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_x(mailserver):
    mailserver.add_user("anna")
    mailserver.faults.add(When(command="FETCH", point="data"), Cut(), name="cut the fetch")
    log_in(mailserver).logout()

def test_y(mailserver):
    mailserver.faults.add(When(command="FETCH", point="data"), Cut(), optional=True)
""",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*never fired: cut the fetch: when {point: data*"])


def test_a_failing_test_is_not_blamed_for_its_faults(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_x(mailserver):
    mailserver.faults.add(When(command="FETCH", point="data"), Cut(), name="cut the fetch")
    assert 1 == 2
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*never fired*")


def test_the_trio_fixture(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
@pytest.mark.trio
async def test_x(mailserver_trio):
    async with mailserver_trio.imap.connect() as stream:
        assert (await stream.receive_some()).startswith(b"* OK")

@pytest.mark.trio
async def test_y(mailserver_trio):
    mailserver_trio.faults.add(When(point="greeting"), Cut(), name="no greeting")
""",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*never fired: no greeting*"])


@pytest.mark.parametrize("test", ["def", "@pytest.mark.asyncio\nasync def"])
def test_a_test_that_is_not_trio_s_is_told_what_to_do(pytester: pytest.Pytester, test: str) -> None:
    result = run(pytester, f"{test} test_x(mailserver_trio): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["mailserver_trio is for Trio tests: *@pytest.mark.trio*"])


def test_without_pytest_trio_its_fixture_says_what_to_install(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test_x(mailserver_trio): pass", "-p", "no:trio")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["mailserver_trio needs pytest-trio: install mockmail[[]trio]"])


def test_fixtures_are_documented(pytester: pytest.Pytester) -> None:
    result = run(pytester, "", "--fixtures")
    result.stdout.fnmatch_lines(["mailserver -- *", "*A fresh mail server: IMAP, POP3 and SMTP*"])
    result.stdout.fnmatch_lines(["mailserver_trio -- *"])


def test_a_run_without_mail_imports_nothing_of_it(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
import sys

def test_x():
    loaded = {name.partition(".")[0] for name in sys.modules}
    assert "pytest_mockmail" in loaded
""",
    )
    result.assert_outcomes(passed=1)
    code = (
        "import sys, pytest_mockmail; "
        "print(sorted({n.partition('.')[0] for n in sys.modules} & "
        "{'mockmail', 'trio', 'yaml', 'msgspec'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


def test_import_mockmail_is_light() -> None:
    code = (
        "import sys, mockmail; print([n for n in ('trio', 'yaml', 'msgspec') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


def test_a_failing_comparison_of_flags_is_explained(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        r"""
def test_x(mailserver):
    message = mailserver.add_user("anna").deliver(subject="x", flags=[r"\Seen", "k"])
    assert message.flags == {r"\Seen", "other"}
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *Extra items in the left set:", "E *'k'"])


def test_a_report_says_that_nothing_was_said(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test_x(mailserver): assert 0")
    result.stdout.fnmatch_lines(["*mailserver: what was said*", "nothing was said"])
    result.stdout.no_fnmatch_line("*time  session*")
