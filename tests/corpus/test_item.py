"""What is a keyword."""

import pytest

from mockmail.corpus.item import is_keyword, keywords
from mockmail.store.flags import NO_FLAGS, flags


def test_keywords() -> None:
    assert keywords(NO_FLAGS) == []
    assert keywords(flags(["work", "\\Seen", "$Junk"])) == ["$Junk", "work"]


@pytest.mark.parametrize("name", ["a b", "", "\\Odd", "\\Recent", "a*", "a\nb"])
def test_what_can_be_no_flag(name: str) -> None:
    assert not is_keyword(name)
    with pytest.raises(ValueError, match="flag"):
        keywords(flags(["\\Seen", name]))


def test_a_system_flag_is_no_keyword() -> None:
    assert not is_keyword("\\Seen")
    assert is_keyword("Seen")
