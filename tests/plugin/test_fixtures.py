"""The plugin's fixtures, its marker, options and ini, in pytest runs of their own."""

from pathlib import Path

import pytest

from pytests import run

LIVE = """
@pytest.fixture(scope="session")
def live(mailserver_factory):
    return mailserver_factory("demo")

@pytest.fixture(autouse=True)
def fresh(live):
    live.reset()
"""
SHOW = """
def test_x(mailserver):
    print("users:", *mailserver.users)
    client = log_in(mailserver, "apple")
    print("MOVE:", "MOVE" in client.capabilities)
    client.shutdown()
    print("id:", mailserver.users["anna"].deliver(subject="x").mail["Message-ID"])
"""


# What servers start with


def test_the_marker_says_what_a_server_starts_with(pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", mine="mockmail: 1\nusers: {anna: {password: apple}}\n")
    result = run(
        pytester,
        """
pytestmark = pytest.mark.mockmail(scenario="mine.yaml", seed=1)

@pytest.mark.mockmail(capabilities="-MOVE", seed=2)
def test_x(mailserver, make_mailserver):
    client = log_in(mailserver, "apple")
    assert "MOVE" not in client.capabilities
    client.shutdown()
    ids = {
        server.users["anna"].deliver(subject="x").mail["Message-ID"]
        for server in (mailserver, make_mailserver(seed=2), make_mailserver(seed=1))
    }
    assert len(ids) == 2
    assert not make_mailserver(None).users

@pytest.mark.trio
@pytest.mark.mockmail(scenario="empty")
async def test_y(mailserver_trio):
    assert list(mailserver_trio.users) == ["user"]
""",
    )
    result.assert_outcomes(passed=2)


def test_a_scenario_lies_beside_the_test_or_the_ini_file(pytester: pytest.Pytester) -> None:
    scenario = "mockmail: 1\nusers: {NAME: {}}\n"
    pytester.makefile(".yaml", mine=scenario.replace("NAME", "here"))
    folder = pytester.mkdir("below")
    (folder / "mine.yaml").write_text(scenario.replace("NAME", "below"))
    (folder / "test_below.py").write_text(
        "import pytest\n"
        "@pytest.mark.mockmail(scenario='mine.yaml')\n"
        "def test_x(mailserver):\n"
        "    assert list(mailserver.users) == ['below']\n"
        "def test_y(mailserver):\n"
        "    assert list(mailserver.users) == ['here']\n"
    )
    result = run(pytester, "", "below", ini="mockmail_scenario = mine.yaml\n")
    result.assert_outcomes(passed=2)


def test_the_command_line_comes_before_the_ini_file(pytester: pytest.Pytester) -> None:
    ini = "mockmail_scenario = demo\nmockmail_capabilities = -MOVE\nmockmail_seed = 3\n"
    result = run(pytester, SHOW, "-s", ini=ini)
    result.stdout.fnmatch_lines(["*users: anna ben", "MOVE: False", "id: <*"])
    other = run(
        pytester, SHOW, "-s", "--mockmail-capabilities=+LITERAL-", "--mockmail-seed=4", ini=ini
    )
    other.stdout.fnmatch_lines(["*users: anna ben", "MOVE: True", "id: <*"])
    ids = [
        line for each in (result, other) for line in each.stdout.lines if line.startswith("id: ")
    ]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("scenary='demo'", "*mockmail(scenario=*it doesn't take scenary*"),
        ("'demo'", "*mockmail(scenario=*it doesn't take 'demo'*"),
        ("seed='x'", "*seed is a whole number, not 'x'*"),
        ("seed=1.5", "*seed is a whole number, not 1.5; the marker is mockmail(*"),
        ("seed=True", "*seed is a whole number, not True*"),
        ("scenario=5", "*scenario is a name or a path, not 5*"),
        ("capabilities=['+X']", "*capabilities is a text, not *+X*"),
        ("scenario='demp'", "*demp*demo*"),
        ("capabilities='+MOV'", "*MOV*MOVE*"),
    ],
)
def test_unknown_words_are_named(pytester: pytest.Pytester, marker: str, message: str) -> None:
    result = run(
        pytester,
        f"@pytest.mark.mockmail({marker})\ndef test_x(mailserver): pass",
        "--strict-markers",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])


def test_it_is_in_the_help(pytester: pytest.Pytester) -> None:
    run(pytester, "", "--markers").stdout.fnmatch_lines(["@pytest.mark.mockmail(scenario=*"])
    helped = run(pytester, "", "--help")
    helped.stdout.fnmatch_lines(["*--mockmail-scenario=SCENARIO*", "*--mockmail-transcripts=*"])
    helped.stdout.fnmatch_lines(["*mockmail_seed (string)*"])


def test_every_fixture_has_its_manual(pytester: pytest.Pytester) -> None:
    shown = run(pytester, "", "--fixtures").stdout
    for name in (
        "mailserver",
        "make_mailserver",
        "mailserver_factory *session scope*",
        "mailserver_clients",
        "mailserver_conflict",
        "mailserver_faults",
        "mailserver_trio",
    ):
        shown.fnmatch_lines([f"{name} -- *"])
    shown.no_fnmatch_line("*no docstring available*mockmail*")


# Several servers


def test_several_servers_are_checked_and_closed(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
servers = []

def test_x(make_mailserver):
    servers.extend([make_mailserver("demo"), make_mailserver()])
    servers[1].faults.add(When("greeting"), Cut(), name="no greeting")
    list(servers[0].faults)[0].optional = True

def test_y():
    for server in servers:
        with pytest.raises(RuntimeError, match="the server is closed"):
            server.imap.port
""",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*never fired: no greeting*"])
    result.stdout.fnmatch_lines(["*mailserver 1: what was said*", "*mailserver 2: what was said*"])


def test_a_server_of_the_run_is_reset_and_checked(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        LIVE
        + """
ports = []

@pytest.mark.parametrize("number", range(3))
def test_x(live, number):
    list(live.faults)[0].optional = True
    ports.append(live.imap.port)
    assert len(set(ports)) == 1
    assert "zoe" not in live.users
    live.add_user("zoe")
    log_in(live, "apple").shutdown()

def test_y(live):
    pass
""",
    )
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*never fired: *"])


def test_the_wrong_scope_is_named(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
@pytest.fixture(scope="module")
def app(mailserver): pass

def test_x(app): pass
""",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*function scoped fixture mailserver*module*"])


# Shortcuts


def test_shortcuts_to_the_test_s_server(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        r"""
def test_clients(mailserver_clients, mailserver, mailserver_faults):
    mailserver.add_user("anna").deliver(subject="hello")
    assert mailserver_faults is mailserver.faults
    mailserver_faults.add(When("received", command="NOOP", session="B"), Answer(status="NO"))
    a, b = mailserver_clients("imap", 2)
    a.store(1, r"+FLAGS (\Seen)")
    assert b.noop().status == "NO"

def test_conflict(mailserver, mailserver_conflict):
    mailserver.add_user("anna").deliver(subject="hello")
    race = mailserver_conflict(uid=1).race(r"STORE 1 FLAGS (\Seen)", "STORE 1 FLAGS (k)")
    assert len(race.outcomes) == 2

def test_alone(mailserver_clients):
    with pytest.raises(ValueError, match="which user. there is none yet"):
        mailserver_clients("imap")

def test_faults_alone(mailserver_faults):
    assert not list(mailserver_faults)

def test_of_a_factory(make_mailserver, mailserver_clients):
    make_mailserver().add_user("anna")
    assert len(mailserver_clients("imap", 2)) == 2

@pytest.mark.trio
async def test_trio(mailserver_trio, mailserver_clients, mailserver_faults, mailserver_conflict):
    mailserver_trio.add_user("anna").deliver(subject="hello")
    mailserver_faults.add(When("received", command="NOOP"), Answer(status="NO"))
    assert len(list(mailserver_faults)) == 1
    (client,) = await mailserver_clients("imap")
    assert (await client.noop()).status == "NO"
    assert len(mailserver_conflict().race("STORE 1 FLAGS (k)", "NOOP").outcomes) == 2
""",
    )
    result.assert_outcomes(passed=6)


def test_shortcuts_are_for_one_server(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_none(make_mailserver, mailserver_clients):
    mailserver_clients("imap")

def test_two(mailserver, make_mailserver, mailserver_conflict):
    make_mailserver()
    mailserver_conflict()

def test_faults(mailserver_faults, mailserver, make_mailserver):
    make_mailserver()
""",
    )
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        ["*only server, and this one has no server yet: use server.clients"]
    )
    result.stdout.fnmatch_lines(["*only server, and this one has 2 servers: use server.conflict"])
    result.stdout.fnmatch_lines(["mailserver_faults is for a test's only server: with two use *"])


# Reports


def test_a_failing_test_shows_what_was_said(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        r"""
def test_x(mailserver):
    anna = mailserver.add_user("anna")
    anna.deliver(subject="hello")
    mailserver.faults.add(When("before-ok", command="NOOP"), Answer(status="NO"), name="grumpy")
    client = log_in(mailserver)
    client.store("1", "+FLAGS", r"\Seen")
    mailserver.advance(60)
    client.noop()
    assert False

def test_y(mailserver):
    log_in_in_vain = mailserver.imap.port
""",
        "--mockmail-transcripts=said",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- mailserver: what was said -*",
            "*time  session  client * server",
            "    0.0           ** new in INBOX: UID 1 (by test)",
            "    0.0  A imap * OK *",
            "    0.0  A imap   A2 LOGIN anna*",
            "    0.0           ** flags in INBOX: UID 1 (\\Seen) (by A)",
            "   60.0  A imap   A* NOOP",
            "   60.0  A imap   ** grumpy: when {point: before-ok, command: NOOP} do {answer: *",
            "   60.0  A imap *A* NO A rule says so",
            "all of it is in *said*test_x-call-1.txt",
        ]
    )
    (path,) = (Path(pytester.path) / "said").iterdir()
    assert "A4 STORE 1 +FLAGS (\\Seen)" in path.read_text()


def test_a_long_conversation_is_cut(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_x(mailserver):
    mailserver.add_user("anna")
    client = log_in(mailserver)
    for _ in range(100):
        client.noop()
    assert False
""",
    )
    result.stdout.fnmatch_lines(["(the last 80 of * lines)"])
    assert len(result.stdout.lines) < 150


def test_a_failure_before_the_test_is_shown_too(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
@pytest.fixture
def app(mailserver):
    mailserver.add_user("anna").deliver(subject="hello")
    raise OSError

def test_x(app): pass
""",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*new in INBOX: UID 1 (by test)"])


def test_nothing_sent_reads_well(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
import smtplib

def test_x(mailserver):
    assert not mailserver.outbox
    with smtplib.SMTP(mailserver.smtp.host, mailserver.smtp.port) as smtp:
        smtp.sendmail("a@x.example", ["b@y.example"], "Subject: hello\\r\\n\\r\\n")
    assert not mailserver.outbox

def test_y(mailserver):
    message = mailserver.add_user("anna").deliver(subject="hello", flags=["k"])
    assert message.flags == {r"\\Seen"}

def test_z(mailserver):
    mailserver.wait_for(subject="helo", timeout=0)
""",
    )
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["*assert not (<Sent 'hello' from a@x.example to b@y.example>,)"])
    result.stdout.fnmatch_lines([r"*assert {'k'} == {'\\Seen'}"])
    result.stdout.fnmatch_lines(["*there is no mail with subject 'helo'; there is no mail at all"])


# Beside other plugins


def test_with_xdist(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        LIVE.replace('"demo"', "None")
        + """
@pytest.mark.parametrize("number", range(8))
def test_x(live, mailserver, number):
    mailserver.add_user("anna")
    log_in(mailserver).shutdown()
    assert not live.users

def test_y(mailserver):
    mailserver.add_user("anna")
    assert False
""",
        *("-n", "2"),
    )
    result.assert_outcomes(passed=8, failed=1)
    result.stdout.fnmatch_lines(["*mailserver 1: what was said*"])


def test_with_asyncio_in_strict_mode(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
@pytest.mark.asyncio
async def test_x(mailserver, mailserver_clients):
    mailserver.add_user("anna").deliver(subject="hello")
    assert (await mailserver.aio.wait_for(subject="hello")).uid == 1
    with pytest.raises(RuntimeError, match="await its twin in server.aio"):
        mailserver.wait_for(subject="hello")
    assert mailserver_clients("pop3")[0].stat().ok

@pytest.mark.trio
async def test_y(mailserver_trio):
    assert mailserver_trio.imap.connect()
""",
    )
    result.assert_outcomes(passed=2)


def test_asyncio_in_auto_mode_and_trio(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
async def test_x(mailserver):
    assert mailserver.imap.port

async def test_y(mailserver_trio):
    pass
""",
        ini="asyncio_mode = auto\n",
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["mailserver_trio can't work with asyncio_mode = auto, *strict"])


def test_with_anyio(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_x(mailserver):
    mailserver.add_user("anna").deliver(subject="hello")
    assert (await mailserver.aio.wait_for(subject="hello")).uid == 1
""",
    )
    result.assert_outcomes(passed=2)


def test_with_trio_mode(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
async def test_x(mailserver_trio, autojump_clock):
    with pytest.raises(WaitTimeout):
        await mailserver_trio.aio.wait_for(timeout=3600)
""",
        ini="trio_mode = true\n",
    )
    result.assert_outcomes(passed=1)


def test_with_unittest(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
import unittest

class Mail(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(start_server("demo"))

    def test_x(self):
        log_in(self.server, "apple").shutdown()
""",
    )
    result.assert_outcomes(passed=1)
