"""The author's mistakes."""


class ScenarioError(Exception):
    """A scenario is not as it must be: the file, the line, the path in it, what is wrong."""

    def __init__(self, file: str, line: int | None, path: str, problem: str) -> None:
        self.file = file
        self.line = line
        """From 1; None where the whole file is meant."""
        self.path = path
        """``users.anna.mailboxes.INBOX[0].flags``; empty for the top."""
        self.problem = problem
        place = file if line is None else f"{file}:{line}"
        super().__init__(f"{place}: {path + ': ' if path else ''}{problem}")
