"""What somebody may have meant by a word that nobody knows."""

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 3


def near(word: str, known: Iterable[str]) -> str:
    """``; did you mean this or that?``, or nothing if no known word is like `word`."""
    folded = {each.lower(): each for each in known}
    found = [folded[each] for each in get_close_matches(word.lower(), folded, n=_SHOWN)]
    return f"; did you mean {' or '.join(found)}?" if found else ""


def choice(word: str, known: Iterable[str]) -> str:
    """What is wrong with a word that is none of those."""
    words = list(known)
    return f"expected one of {', '.join(words)}, found {word!r}{near(word, words)}"
