"""The author's mistakes."""

from collections.abc import Iterable, Iterator, Sequence


class ScenarioError(Exception):
    """A scenario is not as it must be: the file, the line, the path in it, what is wrong.

    It has a line of text for each mistake in the file that could be found at once.
    """

    def __init__(
        self,
        file: str,
        line: int | None,
        path: str,
        problem: str,
        others: "Sequence[ScenarioError]" = (),
    ) -> None:
        self.file = file
        self.line = line
        """From 1; None where the whole file is meant."""
        self.path = path
        """``users.anna.mailboxes.INBOX[0].flags``; empty for the top."""
        self.problem = problem
        self.others = tuple(others)
        """The other mistakes in the file, which come behind this one."""
        place = file if line is None else f"{file}:{line}"
        said = f"{place}: {path + ': ' if path else ''}{problem}"
        super().__init__("\n".join([said, *map(str, others)]))

    def __iter__(self) -> "Iterator[ScenarioError]":
        """Each mistake by itself."""
        yield ScenarioError(self.file, self.line, self.path, self.problem)
        yield from self.others


def joined(mistakes: Iterable[ScenarioError]) -> ScenarioError:
    """One error of all mistakes in a file, in the order in which they stand there."""
    each = sorted((one for error in mistakes for one in error), key=lambda one: one.line or 0)
    first, *others = each
    return ScenarioError(first.file, first.line, first.path, first.problem, others)
