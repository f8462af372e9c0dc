"""Rules by HTTP: added in the words of scenarios, counted, taken away."""

import imaplib
from typing import Any

import pytest

import mockmail
from web import Api

CUT = {
    "when": {"point": "data", "command": "UID FETCH", "response": {"kind": "FETCH", "uid": 1}},
    "do": {"cut": {"in": "literal", "offset": 10, "how": "reset"}},
}


def test_a_rule_is_added_fires_and_is_taken_away(
    api: Api, anna: mockmail.User, mailserver: mockmail.Server
) -> None:
    anna.deliver(subject="one")
    made = api.post("/rules", CUT)
    assert (made.status, made.headers["location"]) == (201, "/v1/rules/rule-1")
    assert made.data["fired"] == 0
    assert made.data["why_not"] == (
        "nobody has connected or said anything since the rule was added"
    )
    client = imaplib.IMAP4(mailserver.imap.host, mailserver.imap.port)
    client.login("anna", "apple")
    client.select()
    with pytest.raises(ConnectionResetError):
        client.uid("FETCH", "1", "(BODY.PEEK[])")
    client.shutdown()
    (rule,) = api.get("/rules").data["rules"]
    assert (rule["name"], rule["fired"], rule["why_not"]) == ("rule-1", 1, None)
    assert rule["do"] == {"cut": {**CUT["do"]["cut"], "after": False}}
    assert {name: value for name, value in rule["when"].items() if value} == {
        **CUT["when"],
        "response": {"kind": "FETCH", "uid": 1, "number": None, "index": None},
    }
    assert api.get("/rules/rule-1").data == rule
    assert api.get("/rules/1").problem == (404, "no rule '1'; there are rule-1")
    assert api.delete("/rules/rule-1").status == 204
    assert api.get("/rules").data == {"rules": []}
    assert list(mailserver.faults) == []


@pytest.mark.parametrize(
    "do",
    [
        {"answer": {"status": "NO", "code": "UNAVAILABLE"}},
        {"drop": None},
        {"delay": {"seconds": 1}},
        {"split": {"octets": 1}},
        {"expunge": {"user": "anna", "uid": 1}},
        {"flag": {"user": "anna", "uid": 1, "add": ["k"]}},
        {"deliver": {"user": "anna", "from": "b@x.example", "flags": ["k"]}},
    ],
    ids=lambda do: next(iter(do)),
)
def test_what_is_told_of_a_rule_can_be_said_again(do: dict[str, Any], api: Api) -> None:
    words = {
        "when": {"point": "before-ok"},
        "do": do,
        "optional": True,
        "times": None,
        "name": "x y",
    }
    told = api.post("/rules", words).data
    assert (told["optional"], told["times"], told["url"]) == (True, None, "/v1/rules/x%20y")
    assert list(told["do"]) == list(do)
    assert api.post("/rules", words).problem == (409, "there is a rule 'x y'")
    assert api.delete("/rules/x%20y").status == 204
    again = {name: told[name] for name in ("when", "do", "name", "times", "skip", "optional")}
    assert api.post("/rules", again).data == told


@pytest.mark.parametrize(
    ("change", "path", "detail"),
    [
        ({"when": {"point": "dat"}}, "when.point", "did you mean data?"),
        ({"when": {}}, "when", "the key 'point' is missing"),
        ({"do": {}}, "do", "expected one effect of answer, drop"),
        ({"do": {"cut": {"in": "literal", "of": 1}}}, "do.cut.of", "unknown key 'of'"),
        ({"do": {"delay": {"seconds": -1}}}, "do.delay.seconds", "expected 0 or more, found -1"),
        ({"times": 0}, "times", "at least 1"),
        ({"name": "A"}, "name", "a rule can't be called A: sessions are"),
    ],
)
def test_rules_that_cannot_be(change: dict[str, Any], path: str, detail: str, api: Api) -> None:
    answer = api.post("/rules", {**CUT, **change})
    assert answer.status == 422
    assert answer.data["path"] == path
    assert detail in answer.data["detail"]


def test_near_names(api: Api) -> None:
    api.post("/rules", {**CUT, "name": "reset it", "optional": True})
    assert api.get("/rules/reset%20it").data["name"] == "reset it"
    missing = (404, "no rule 'resetit'; did you mean reset it?")
    assert api.get("/rules/resetit").problem == missing
    assert api.delete("/rules/resetit").problem == missing
