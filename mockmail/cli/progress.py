"""How far long work has come: a bar on stderr, where that is a terminal and tqdm is installed."""

import sys
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def shown(items: Iterable[T], total: int, what: str) -> Iterable[T]:
    """The items, with a bar that counts them."""
    if not sys.stderr.isatty():
        return items
    try:
        from tqdm import tqdm
    except ImportError:
        return items
    bar: Iterable[T] = tqdm(items, desc=what, total=total, file=sys.stderr, leave=False)
    return bar
