"""The program curl: one process, and mostly one command, at a time."""

import subprocess
from pathlib import Path
from subprocess import CompletedProcess

import pytest

import mockmail
from mockmail.store.directory import Alias
from programs import note

pytestmark = pytest.mark.program("curl")
PATIENCE = "5"
Letters = tuple[bytes, bytes, bytes]

# curl's exit codes, as its manual has them.
OK, WEIRD_REPLY, PARTIAL_FILE, QUOTE_ERROR, UPLOAD_FAILED = 0, 8, 18, 21, 25
SEND_ERROR, RECV_ERROR, LOGIN_DENIED, NOT_FOUND = 55, 56, 67, 78


def curl(*arguments: str, given: bytes = b"") -> "CompletedProcess[bytes]":
    """Run curl, whatever this machine's configuration and proxies are."""
    quiet = ("--disable", "--silent", "--show-error", "--noproxy", "*", "--max-time", PATIENCE)
    return subprocess.run(["curl", *quiet, *arguments], input=given, capture_output=True)


def as_anna(*arguments: str) -> "CompletedProcess[bytes]":
    return curl("--user", "anna:apple", *arguments)


def output(done: "CompletedProcess[bytes]") -> bytes:
    assert done.returncode == OK, done.stderr.decode()
    return done.stdout


@pytest.mark.usefixtures("letters")
def test_lists_folders(mailserver: mockmail.Server) -> None:
    url = mailserver.imap.url
    assert output(as_anna(f"{url}/", "--request", "CREATE Archive")) == b""
    listed = output(as_anna(f"{url}/")).splitlines()
    assert [line.split()[-1] for line in listed] == [b"INBOX", b"Archive"]
    assert all(line.startswith(b"* LIST (") for line in listed)
    (listed_by_pattern,) = output(as_anna(f"{url}/", "--request", 'LIST "" "A%"')).splitlines()
    assert listed_by_pattern == listed[1]
    assert as_anna(f"{url}/", "--request", "CREATE Archive").returncode == QUOTE_ERROR


@pytest.mark.usefixtures("letters")
def test_a_wrong_password_is_refused(mailserver: mockmail.Server) -> None:
    assert curl("--user", "anna:pear", f"{mailserver.imap.url}/").returncode == LOGIN_DENIED
    assert curl("--user", "anna:pear", f"{mailserver.pop3.url}/").returncode == LOGIN_DENIED


def test_fetches_messages_by_uid_and_by_number(
    mailserver: mockmail.Server, letters: Letters
) -> None:
    url = f"{mailserver.imap.url}/INBOX"
    for uid, letter in enumerate(letters, 1):
        assert output(as_anna(f"{url};UID={uid}")) == letter
    output(as_anna(url, "--request", r"STORE 1 +FLAGS (\Deleted)"))
    output(as_anna(url, "--request", "EXPUNGE"))
    assert output(as_anna(f"{url};MAILINDEX=1")) == letters[1]
    assert output(as_anna(f"{url};UID=2")) == letters[1]
    assert as_anna(f"{url};UID=1").returncode == NOT_FOUND
    # A SELECT that fails is a denied login to curl.
    assert as_anna(f"{mailserver.imap.url}/Nowhere;UID=2").returncode == LOGIN_DENIED


def test_fetches_several_messages_over_one_connection(
    mailserver: mockmail.Server, letters: Letters
) -> None:
    assert output(as_anna(f"{mailserver.imap.url}/INBOX;UID=[1-3]")) == b"".join(letters)


def test_fetches_sections(mailserver: mockmail.Server, letters: Letters) -> None:
    url = f"{mailserver.imap.url}/INBOX;UID=1;SECTION="
    header, _, body = letters[0].partition(b"\r\n\r\n")
    assert output(as_anna(f"{url}TEXT")) == body
    assert output(as_anna(f"{url}HEADER")) == header + b"\r\n\r\n"
    assert output(as_anna(f"{url}HEADER.FIELDS%20(SUBJECT)")) == b"Subject: Noon\r\n\r\n"


@pytest.mark.usefixtures("letters")
def test_searches(mailserver: mockmail.Server) -> None:
    url = f"{mailserver.imap.url}/INBOX"
    assert output(as_anna(f"{url}?UNSEEN")) == b"* SEARCH 2 3\r\n"
    assert output(as_anna(f"{url}?FLAGGED%20UNSEEN")) == b"* SEARCH 2\r\n"
    assert output(as_anna(url, "--request", "UID SEARCH NOT UNSEEN")) == b"* SEARCH 1\r\n"
    assert output(as_anna(f"{url}?DELETED")) == b"* SEARCH\r\n"


@pytest.mark.usefixtures("letters")
def test_stores_copies_and_expunges(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    url = f"{mailserver.imap.url}/INBOX"
    stored = output(as_anna(url, "--request", r"STORE 3 +FLAGS (\Answered $Work)"))
    assert stored.startswith(b"* 3 FETCH (FLAGS (")
    assert set(anna.inbox.messages[2].flags) == {r"\Answered", "$Work"}
    output(as_anna(f"{mailserver.imap.url}/", "--request", "CREATE Archive"))
    output(as_anna(url, "--request", "COPY 1:2 Archive"))
    assert output(as_anna(f"{mailserver.imap.url}/Archive?ALL")) == b"* SEARCH 1 2\r\n"
    output(as_anna(url, "--request", r"UID STORE 1:2 +FLAGS (\Deleted)"))
    expunged = output(as_anna(url, "--request", "EXPUNGE"))
    assert expunged == b"* 1 EXPUNGE\r\n* 1 EXPUNGE\r\n"
    assert [message.uid for message in anna.inbox.messages] == [3]


@pytest.mark.usefixtures("letters")
def test_examines_without_a_trace(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    examined = output(as_anna(f"{mailserver.imap.url}/", "--request", "EXAMINE INBOX"))
    assert b"* 3 EXISTS\r\n" in examined
    status = output(as_anna(f"{mailserver.imap.url}/", "--request", "STATUS INBOX (UNSEEN)"))
    assert status == b"* STATUS INBOX (UNSEEN 2)\r\n"
    assert anna.inbox.messages[2].flags == ()


def test_appends(
    mailserver: mockmail.Server, anna: mockmail.User, letters: Letters, tmp_path: Path
) -> None:
    file = tmp_path / "letter.eml"
    file.write_bytes(letters[2])
    output(as_anna(f"{mailserver.imap.url}/INBOX", "--upload-file", str(file)))
    *_, message = anna.inbox.messages
    # curl marks what it uploads as read.
    assert (message.raw, message.flags) == (letters[2], (r"\Seen",))
    failed = as_anna(f"{mailserver.imap.url}/Nowhere", "--upload-file", str(file))
    assert failed.returncode == UPLOAD_FAILED


def test_a_reset_inside_a_literal_and_a_second_try(
    mailserver: mockmail.Server, letters: Letters
) -> None:
    mailserver.faults.add(
        mockmail.When(point="data", command="UID FETCH"),
        mockmail.Cut(inside="literal", offset=50_000, how="reset"),
    )
    url = f"{mailserver.imap.url}/INBOX;UID=3"
    failed = as_anna(url)
    assert failed.returncode == RECV_ERROR
    assert failed.stdout == letters[2][:50_000]
    assert output(as_anna(url)) == letters[2]


def test_a_connection_that_just_ends_inside_a_literal(
    mailserver: mockmail.Server, letters: Letters
) -> None:
    mailserver.faults.add(
        mockmail.When(point="data", command="UID FETCH"),
        mockmail.Cut(inside="literal", offset=50_000, how="fin"),
    )
    failed = as_anna(f"{mailserver.imap.url}/INBOX;UID=3")
    assert failed.returncode == PARTIAL_FILE
    assert failed.stdout == letters[2][:50_000]


@pytest.mark.usefixtures("letters")
def test_somebody_expunges_while_a_store_is_under_way(
    mailserver: mockmail.Server, anna: mockmail.User
) -> None:
    mailserver.faults.add(
        mockmail.When(point="committed", command="STORE"), mockmail.Expunge(user="anna", uid=3)
    )
    url = f"{mailserver.imap.url}/INBOX"
    stored = output(as_anna(url, "--request", "STORE 2 +FLAGS ($Work)"))
    assert stored.startswith(b"* 2 FETCH (FLAGS (")
    assert b"EXPUNGE" not in stored
    assert [message.uid for message in anna.inbox.messages] == [1, 2]


def test_reads_a_maildrop(mailserver: mockmail.Server, letters: Letters) -> None:
    url = mailserver.pop3.url
    listed = output(as_anna(f"{url}/"))
    assert listed.splitlines() == [
        b"%d %d" % (number, len(letter)) for number, letter in enumerate(letters, 1)
    ]
    for number, letter in enumerate(letters, 1):
        assert output(as_anna(f"{url}/{number}")) == letter
    assert output(as_anna(f"{url}/[1-3]")) == b"".join(letters)
    top = output(as_anna(f"{url}/", "--request", "TOP 2 1"))
    assert top == letters[1][: letters[1].index(b"\r\n\r\n") + 4] + b".\r\n"
    assert as_anna(f"{url}/4").returncode == WEIRD_REPLY


@pytest.mark.usefixtures("letters")
def test_deletes_from_a_maildrop(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    url = mailserver.pop3.url
    ids = output(as_anna(f"{url}/", "--request", "UIDL")).split()[1::2]
    output(as_anna(f"{url}/2", "--request", "DELE", "--list-only"))
    assert [message.uid for message in anna.inbox.messages] == [1, 3]
    after = output(as_anna(f"{url}/", "--request", "UIDL")).split()[1::2]
    assert after == [ids[0], ids[2]]


WAYS = (
    ("AUTH=PLAIN", "PLAIN"),
    ("AUTH=PLAIN --sasl-ir", "PLAIN AGFubmEAYXBwbGU="),
    ("AUTH=LOGIN", "LOGIN"),
    ("AUTH=LOGIN --sasl-ir", "LOGIN YW5uYQ=="),
    ("AUTH=CRAM-MD5", "CRAM-MD5"),
)
"""Options of curl, and what it says then."""


@pytest.mark.parametrize(
    ("protocol", "options", "heard"),
    [(p, *way) for p in ("pop3", "imap") for way in WAYS] + [("pop3", "AUTH=+APOP", "APOP anna ")],
)
def test_ways_to_log_in(protocol: str, options: str, heard: str) -> None:
    given = ("--login-options", *options.split())
    switches = "+AUTH=LOGIN +AUTH=CRAM-MD5"
    settings = mockmail.Pop3Settings(capabilities=switches)
    with mockmail.start_server(capabilities=switches, pop3=settings) as server:
        server.add_user("anna", password="apple").deliver(note("Lunch"))
        end = {"pop3": "/1", "imap": "/INBOX;UID=1"}[protocol]
        url = f"{getattr(server, protocol).url}{end}"
        assert output(as_anna(*given, url)) == note("Lunch")
        assert f" {heard}" in str(server.transcript)
        assert curl("--user", "anna:pear", *given, url).returncode == LOGIN_DENIED


def test_a_cut_inside_retr_and_a_second_try(mailserver: mockmail.Server, letters: Letters) -> None:
    mailserver.faults.add(
        mockmail.When(point="data", command="RETR"), mockmail.Cut(inside="literal", offset=50_000)
    )
    failed = as_anna(f"{mailserver.pop3.url}/3")
    assert failed.returncode == RECV_ERROR
    assert failed.stdout == letters[2][:50_000]
    assert output(as_anna(f"{mailserver.pop3.url}/3")) == letters[2]


def test_sends_mail(
    mailserver: mockmail.Server, anna: mockmail.User, ben: mockmail.User, letters: Letters
) -> None:
    _, dots, _ = letters
    sent = curl(
        f"{mailserver.smtp.url}/laptop.example",
        *("--mail-from", "carol@example.net"),
        *("--mail-rcpt", "anna@example.org"),
        *("--mail-rcpt", "ben@example.org"),
        *("--mail-rcpt", "dora@elsewhere.example"),
        *("--upload-file", "-"),
        given=dots,
    )
    assert output(sent) == b""
    for user in (anna, ben):
        *_, message = user.inbox.messages
        assert message.raw.startswith(b"Return-Path: <carol@example.net>\r\n")
        assert message.raw.endswith(dots)
    (out,) = mailserver.outbox
    assert (out.sender, out.recipients) == ("carol@example.net", ("dora@elsewhere.example",))
    assert out.raw == dots


def test_sends_a_large_file(
    mailserver: mockmail.Server, anna: mockmail.User, tmp_path: Path
) -> None:
    line = b"." + b"0123456789" * 7 + b"\r\n"
    note = b"Subject: Large\r\n\r\n" + line * (1_048_576 // len(line) + 1)
    file = tmp_path / "large.eml"
    file.write_bytes(note)
    mail = ("--mail-from", "ben@example.org", "--mail-rcpt", "anna@example.org")
    output(curl(f"{mailserver.smtp.url}/laptop.example", *mail, "--upload-file", str(file)))
    (message,) = anna.inbox.messages
    assert message.raw.endswith(b"\r\n" + note)


def test_a_recipient_is_refused(mailserver: mockmail.Server, anna: mockmail.User) -> None:
    note = b"Subject: Note\r\n\r\nSee you.\r\n"
    url = f"{mailserver.smtp.url}/laptop.example"
    mail = (
        *("--mail-from", "ben@example.org"),
        *("--mail-rcpt", "nobody@example.org"),
        *("--mail-rcpt", "anna@example.org"),
        *("--upload-file", "-"),
    )
    assert curl(url, *mail, given=note).returncode == SEND_ERROR
    assert anna.inbox.messages == ()
    output(curl(url, *mail, "--mail-rcpt-allowfails", given=note))
    assert len(anna.inbox.messages) == 1


@pytest.mark.usefixtures("anna")
def test_asks_an_smtp_server_about_a_name(mailserver: mockmail.Server) -> None:
    url = f"{mailserver.smtp.url}/laptop.example"
    assert output(curl(url, "--mail-rcpt", "anna")).startswith(b"252 ")


@pytest.mark.parametrize(
    ("options", "heard"), [(options, heard) for options, heard in WAYS if "LOGIN --" not in options]
)
def test_logs_in_to_submit(options: str, heard: str) -> None:
    settings = mockmail.SmtpSettings(capabilities="+AUTH=CRAM-MD5")
    with mockmail.start_server(smtp=settings) as server:
        anna = server.add_user("anna", password="apple")
        given = ("--login-options", *options.split(), f"{server.submission.url}/laptop.example")
        mail = ("--mail-from", anna.address, "--mail-rcpt", anna.address, "--upload-file", "-")
        assert curl(*given, *mail, given=note("Lunch")).returncode == SEND_ERROR
        output(curl("--user", "anna:apple", *given, *mail, given=note("Lunch")))
        assert f"AUTH {heard}" in str(server.transcript)
        (message,) = anna.inbox.messages
        assert message.raw.endswith(note("Lunch"))
        wrong = curl("--user", "anna:pear", *given, *mail, given=note("Lunch"))
        assert wrong.returncode == LOGIN_DENIED


@pytest.mark.parametrize(("port", "required"), [("submission", True), ("submissions", False)])
def test_submits_over_tls(
    mailserver: mockmail.Server, anna: mockmail.User, port: str, required: bool
) -> None:
    trust = ("--cacert", str(mailserver.ca.path), *(("--ssl-reqd",) if required else ()))
    url = getattr(mailserver, port).url.replace("127.0.0.1", "localhost")
    mail = ("--mail-from", anna.address, "--mail-rcpt", anna.address, "--upload-file", "-")
    login = ("--user", "anna:apple")
    output(curl(*login, *trust, f"{url}/laptop.example", *mail, given=note("Lunch")))
    assert b" with ESMTPSA id " in anna.inbox.messages[0].raw


def test_expands_a_list() -> None:
    with mockmail.start_server(smtp=mockmail.SmtpSettings(verify=True)) as server:
        server.add_user("anna")
        server._world.store.directory.add(
            Alias("team@example.org", ("anna@example.org",), expands=True)
        )
        url = f"{server.smtp.url}/laptop.example"
        asked = curl(url, "--mail-rcpt", "team", "--request", "EXPN")
        assert output(asked) == b"250 2.1.5 <anna@example.org>\r\n"
