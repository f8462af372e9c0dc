"""What somebody may have meant."""

from mockmail.near import choice, near


def test_near_words_whatever_their_case() -> None:
    assert near("pasword", ["users", "password"]) == "; did you mean password?"
    assert near("\\sean", ["\\Seen", "\\Draft"]) == "; did you mean \\Seen?"
    assert near("abcd", ["abce", "abcf", "xyz"]) == "; did you mean abcf or abce?"


def test_nothing_is_near() -> None:
    assert near("xyzzy", ["users", "password"]) == ""
    assert near("x", []) == ""


def test_a_choice() -> None:
    assert choice("datta", ["data", "tls"]) == (
        "expected one of data, tls, found 'datta'; did you mean data?"
    )
    assert choice("7", ["data", "tls"]) == "expected one of data, tls, found '7'"
