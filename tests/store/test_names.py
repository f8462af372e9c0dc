"""Names of mailboxes: RFC 9051 section 5.1."""

import pytest

from mockmail.store import names


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("INBOX", "INBOX"),
        ("inbox", "INBOX"),
        ("InBoX/a", "INBOX/a"),
        ("inbox/inbox", "INBOX/inbox"),
        ("inbox2", "inbox2"),
        ("a/inbox", "a/inbox"),
        ("Work", "Work"),
        ("inbox/", "INBOX/"),
        ("", ""),
    ],
)
def test_canonical(name: str, canonical: str) -> None:
    assert names.canonical(name) == canonical
    assert names.canonical(canonical) == canonical


@pytest.mark.parametrize(
    ("name", "above"), [("a", []), ("a/b", ["a"]), ("a/b/c", ["a", "a/b"]), ("", [])]
)
def test_superiors(name: str, above: list[str]) -> None:
    assert list(names.superiors(name)) == above


@pytest.mark.parametrize(
    "name", ["a", "a/b", "INBOX", "Entwürfe", "with space", "#news", "&", '"', "\\", "x" * 1000]
)
def test_possible(name: str) -> None:
    assert names.problem(name) is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "empty"),
        ("x" * 1001, "at most 1000"),
        ("/", "empty level"),
        ("/a", "empty level"),
        ("a/", "empty level"),
        ("a//b", "empty level"),
        ("a\0", "control"),
        ("a\tb", "control"),
        ("a\r\nb", "control"),
        ("a\x7f", "control"),
        ("a*", "wildcards"),
        ("%", "wildcards"),
    ],
)
def test_impossible(name: str, why: str) -> None:
    problem = names.problem(name)
    assert problem is not None
    assert why in problem
