"""A server that is asked by HTTP, by the standard library's client."""

from collections.abc import Iterator

import pytest

import mockmail
from mockmail.control.listener import Control
from web import TOKEN, Api


@pytest.fixture
def control(mailserver: mockmail.Server) -> Iterator[Control]:
    control = Control(
        mailserver,
        mailserver._hosting.loop,
        {"imap": mailserver.imap.port, "smtp": mailserver.smtp.port},
        mail_host=mailserver.imap.host,
        host="127.0.0.1",
        port=0,
        token=TOKEN,
    )
    yield control
    assert control.close()


@pytest.fixture
def api(control: Control) -> Api:
    return Api(control.host, control.port)


@pytest.fixture
def anna(mailserver: mockmail.Server) -> mockmail.User:
    return mailserver.add_user("anna", password="apple")
