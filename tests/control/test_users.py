"""Users and mailboxes."""

import mockmail
from web import Api


def test_users(api: Api, mailserver: mockmail.Server) -> None:
    made = api.post("/users", {"login": "ben", "password": "banana"})
    assert (made.status, made.headers["location"]) == (201, "/v1/users/ben")
    assert made.data["address"] == "ben@example.org"
    assert mailserver.users["ben"].password == "banana"
    other = api.post("/users", {"login": "c@d.example", "address": "x@y.example"})
    assert other.headers["location"] == "/v1/users/c%40d.example"
    assert api.get("/users/c@d.example").data == other.data
    assert api.get("/users").data == {"users": [made.data, other.data]}


def test_users_that_cannot_be(api: Api, anna: mockmail.User) -> None:
    assert api.post("/users", {"login": "anna"}).problem == (409, "there is a user 'anna'")
    taken = api.post("/users", {"login": "b", "address": "anna@example.org"})
    assert taken.status == 422
    assert "anna@example.org" in taken.data["detail"]
    assert api.get("/users/ana").problem == (404, "no user 'ana'; did you mean anna?")
    unknown = api.post("/users", {"login": "b", "pasword": "x"})
    assert unknown.problem == (422, "unknown key 'pasword'; did you mean password?")
    assert unknown.data["path"] == "pasword"
    missing = api.post("/users", {})
    assert missing.problem == (422, "the key 'login' is missing")
    wrong = api.post("/users", {"login": 7})
    assert wrong.problem == (422, "expected text, found 7: quote it")
    assert wrong.data["path"] == "login"


def test_users_are_changed(api: Api, anna: mockmail.User) -> None:
    assert api.patch("/users/anna", {}).data == api.get("/users/anna").data
    change = {
        "password": "new",
        "addresses": ["anna@example.org", "a@far.example"],
        "disabled": True,
        "expired": True,
        "read_only": True,
        "quota": 10,
        "locked_for": 60,
    }
    changed = api.patch("/users/anna", change)
    assert changed.status == 200
    told = {name: changed.data[name] for name in change}
    assert 50 < told.pop("locked_for") <= 60
    assert told == {name: change[name] for name in told}
    assert anna.addresses == ("anna@example.org", "a@far.example")
    assert (anna.password, anna.quota, anna.read_only) == ("new", 10, True)
    assert 50 < anna.locked_for <= 60
    back = {"quota": None, "locked_for": 0, "disabled": False}
    assert api.patch("/users/anna", back).data["quota"] is None
    assert (anna.quota, anna.locked_for, anna.disabled, anna.expired) == (None, 0, False, True)
    assert api.patch("/users/ana", {}).status == 404
    assert api.patch("/users/anna", {"quota": -1}).data["path"] == "quota"
    assert api.patch("/users/anna", {"quota": "x"}).data["path"] == "quota"
    twice = api.patch("/users/anna", {"addresses": ["x@y.example", "X@y.example"]})
    assert twice.problem == (422, "X@y.example stands there twice")
    assert anna.addresses == ("anna@example.org", "a@far.example")


def test_sessions_are_ended(api: Api, anna: mockmail.User, mailserver: mockmail.Server) -> None:
    (client,) = mailserver.clients("imap", password=anna.password)
    assert api.delete("/users/anna/sessions").status == 204
    mailserver.wait_until(lambda: "* BYE The server ends" in str(mailserver.transcript))
    assert client.session is not None
    assert api.delete("/users/ana/sessions").status == 404


def test_aliases(api: Api, mailserver: mockmail.Server) -> None:
    mailserver.add_user("ben")
    made = api.post("/aliases", {"address": "info", "targets": ["anna", "x@y.example"]})
    assert (made.status, made.headers["location"]) == (201, "/v1/aliases/info%40example.org")
    assert made.data["address"] == "info@example.org"
    listed = api.post("/aliases", {"address": "team", "targets": ["anna"], "list": True})
    assert api.get("/aliases").data == {"aliases": [made.data, listed.data]}
    assert mailserver.aliases["info@example.org"] == ("anna", "x@y.example")
    assert mailserver.lists["team@example.org"] == ("anna",)
    assert api.post("/aliases", {"address": "ben", "targets": ["anna"]}).problem == (
        422,
        "ben@example.org is an address of 'ben' already",
    )
    assert api.post("/aliases", {"address": "b", "targets": []}).data["path"] == "targets"
    assert api.delete("/aliases/Info@example.org").status == 204
    assert api.delete("/aliases/info").status == 404
    assert list(mailserver.lists) == ["team@example.org"]


def test_mailboxes(api: Api, anna: mockmail.User) -> None:
    boxes = "/users/anna/mailboxes"
    made = api.post(boxes, {"name": "Work/Old", "special_use": [r"\Archive"], "subscribed": True})
    where = "/v1/users/anna/mailboxes/Work%2FOld"
    assert (made.status, made.headers["location"]) == (201, where)
    assert api.get(f"{boxes}/Work%2FOld").data == made.data
    names = [each["name"] for each in api.get(boxes).data["mailboxes"]]
    assert names == list(anna.mailboxes) == ["INBOX", "Work", "Work/Old"]
    assert api.get(f"{boxes}/inbox").data["name"] == "INBOX"
    renamed = api.patch(f"{boxes}/Work%2FOld", {"name": "Größe"})
    assert (renamed.status, renamed.data["url"]) == (200, f"/v1{boxes}/Gr%C3%B6%C3%9Fe")
    assert api.get(f"{boxes}/Gr%C3%B6%C3%9Fe").data == renamed.data
    assert api.delete(f"{boxes}/Gr%C3%B6%C3%9Fe").status == 204
    assert list(anna.mailboxes) == ["INBOX", "Work"]


def test_mailboxes_that_cannot_be(api: Api, anna: mockmail.User) -> None:
    boxes = "/users/anna/mailboxes"
    assert api.post(boxes, {"name": "inbox"}).problem == (409, "there is a mailbox 'inbox'")
    assert api.post(boxes, {"name": "a//b"}).status == 422
    use = api.post(boxes, {"name": "a", "special_use": ["\\Spam"]})
    assert use.status == 422
    assert use.data["path"] == "special_use[0]"
    assert api.get(f"{boxes}/Inbx").problem == (
        404,
        "no mailbox of anna 'Inbx'; did you mean INBOX?",
    )
    assert api.delete(f"{boxes}/INBOX").status == 422
    assert api.patch(f"{boxes}/INBOX", {"name": ""}).status == 422
