"""Arguments of public functions, checked at the door: one of another type is said by its name."""

from typing import Any

from mockmail.world.words import wrong


def check_arguments(**given: tuple[object, Any]) -> None:
    """``TypeError`` for a value that is not of the type beside it."""
    for name, (value, wanted) in given.items():
        if problem := wrong(value, wanted):
            raise TypeError(f"{name}: {problem}")
