"""Sent mail in its sender's own mailboxes."""

from datetime import timedelta

from harness import Client, inbox
from mockmail.clock import EPOCH
from mockmail.delivery.settings import DeliverySettings
from mockmail.pop3.settings import Pop3Settings
from mockmail.world.world import World
from posting import LETTER, Post


def test_nothing_is_filed_unless_asked_for() -> None:
    post = Post()
    post.send("b@y.example", user="anna")
    assert list(post.world.store.users["anna"].mailboxes) == ["INBOX"]


def test_what_a_user_sends_is_filed_as_he_submitted_it() -> None:
    post = Post(file_sent=True)
    post.send("b@y.example", "ben@example.org", user="anna")
    post.send("b@y.example")  # nobody was authenticated
    post.send("b@y.example", user="nobody")
    (entry,) = post.world.store.users["anna"].mailboxes["Sent"]
    assert entry.message.raw == LETTER
    assert entry.flags.names == ("\\Seen",)
    assert post.world.store.users["anna"].mailboxes["Sent"].special_use == ("\\Sent",)
    assert "not filed: there is no user nobody" in str(post.world.transcript)


def test_it_goes_where_sent_mail_is_kept() -> None:
    post = Post(file_sent=True)
    anna = post.world.store.users["anna"]
    post.world.store.create(anna, "Out/Gesendet").special_use = ("\\Sent",)
    post.send("b@y.example", user="anna")
    assert len(anna.mailboxes["Out/Gesendet"]) == 1
    assert "Sent" not in anna.mailboxes
    ben = post.world.store.users["ben"]
    post.world.store.create(ben, "Sent")
    post.send("b@y.example", user="ben")
    assert len(ben.mailboxes["Sent"]) == 1


def test_it_is_filed_when_it_goes_and_once() -> None:
    post = Post(file_sent=True)
    post.says("y.example", 451)
    post.send("b@y.example", user="anna", release=EPOCH + timedelta(hours=1))
    assert "Sent" not in post.world.store.users["anna"].mailboxes
    post.wait(86_400)
    assert len(post.box("anna", "Sent")) == 1


def test_what_can_t_be_filed_goes_all_the_same() -> None:
    post = Post(file_sent=True)
    post.world.store.users["anna"].quota = 10
    post.send("b@y.example", user="anna")
    assert len(post.world.delivery.outbox) == 1
    assert post.box("anna", "Sent") == []
    assert "not filed: Sent of anna takes nothing" in str(post.world.transcript)


def test_xtnd_xmit_is_filed_too_and_hears_of_nobody() -> None:
    settings = DeliverySettings(file_sent=True)
    world = World(pop3=Pop3Settings(capabilities="+XMIT"), delivery=settings)
    inbox(world=world)
    client = Client(world, "pop3")
    client.send(b"USER anna\r\nPASS apple\r\n")
    client.said()
    client.send(b"XTND XMIT\r\nTo: no@example.org\r\n\r\nx\r\n.\r\n")
    assert b"-ERR There is no user no@example.org\r\n" in client.said()
    letter = b"To: b@y.example\r\nBcc: c@x.example\r\nSubject: x\r\n\r\nx\r\n"
    client.send(b"XTND XMIT\r\n" + letter + b".\r\n")
    (sent,) = world.delivery.outbox
    assert (sent.envelope.user, sent.envelope.protocol) == ("anna", "POP3")
    assert sent.recipients == ("b@y.example", "c@x.example")
    (entry,) = world.store.users["anna"].mailboxes["Sent"]
    assert entry.message.raw == letter
