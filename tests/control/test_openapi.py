"""The OpenAPI document is what the server does: schemathesis asks whatever it allows, and what it doesn't."""

import json
import os
import smtplib
from collections.abc import Iterator

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi import checks

import mockmail
from mockmail.cli import main
from mockmail.control.bodies import LONGEST_WAIT
from mockmail.control.catalog import ENDPOINTS
from mockmail.control.endpoint import Endpoint
from mockmail.control.openapi import document
from web import TOKEN, Api

DOCUMENT = document()
EXAMPLES = int(os.environ.get("MOCKMAIL_OPENAPI_EXAMPLES", "3"))
CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
]
THERE = {
    "login": "anna",
    "mailbox": "INBOX",
    "uid": 1,
    "number": 0,
    "rule": "sleepy",
    "address": "info@example.org",
}
"""What stands in paths and is there, at first."""


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openapi"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(json.dumps(DOCUMENT))
    assert printed["openapi"] == "3.1.0"
    operations = [each for path in printed["paths"].values() for each in path.values()]
    assert len(operations) == len(ENDPOINTS)
    assert len({each["operationId"] for each in operations}) == len(ENDPOINTS)


def test_all_is_described() -> None:
    for path in DOCUMENT["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert all(each["description"] for each in operation.get("parameters", ()))
    (rule,) = DOCUMENT["paths"]["/v1/rules/{rule}"]["get"]["parameters"]
    assert "``rule-1``" in rule["description"]
    schemas = DOCUMENT["components"]["schemas"]
    bare = set()
    for name, schema in schemas.items():
        assert schema["description"], name
        if any("description" not in each for each in schema["properties"].values()):
            bare.add(name)
    # A rule's words are those of scenarios, and described there.
    rules = {"RuleSpec", "RuleValue", "WhenSpec", "MatchSpec", "DoSpec"}
    assert {name for name in bare - rules if not name.endswith("Spec")} == set()


@pytest.fixture(scope="module")
def schema() -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def bounded(case: Case) -> Case:
    """The case; nothing is waited for."""
    if case.path == "/v1/wait" and isinstance(case.body, dict):
        timeout = case.body.get("timeout", 0)
        if type(timeout) in (int, float) and 0 <= timeout <= LONGEST_WAIT:
            case.body["timeout"] = 0
    return case


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.name)
def test_the_server_does_as_it_says(
    endpoint: Endpoint,
    mode: GenerationMode,
    schema: schemathesis.BaseSchema,
    session: requests.Session,
    api: Api,
    anna: mockmail.User,
    mailserver: mockmail.Server,
) -> None:
    anna.deliver(subject="one")
    mailserver.add_alias("info", "anna")
    with smtplib.SMTP(mailserver.smtp.host, mailserver.smtp.port) as client:
        client.sendmail("a@x.example", ["b@y.example"], "Subject: two\r\n\r\n")
    mailserver.faults.add(
        mockmail.When("data", command="RETR"), mockmail.Drop(), optional=True, name="sleepy"
    )
    operation = schema[endpoint.path][endpoint.method]
    there = THERE if mode is GenerationMode.POSITIVE else None

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode, path_parameters=there))
    def ask(case: Case) -> None:
        answer = bounded(case).call(
            base_url=f"http://{api.host}:{api.port}",
            session=session,
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        assert answer.status_code != 500, answer.text
        case.validate_response(answer, checks=CHECKS)

    ask()
    assert not mailserver._world.failures
