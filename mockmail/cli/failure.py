"""What didn't work, in a sentence: for users, who have no use for a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager


class Failure(Exception):
    """A command can't do what it was asked to."""

    code = 1


class WrongCall(Failure):
    """What was asked for makes no sense."""

    code = 2


@contextmanager
def told(*kinds: type[Exception]) -> Iterator[None]:
    """Let exceptions of these kinds be failures; what the system refuses always is one."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if isinstance(error, FileExistsError) and error.errno is None:  # one of ours
            raise Failure(str(error)) from error
        place = "" if error.filename is None else f"{error.filename}: "
        raise Failure(f"{place}{error.strerror or error}") from error
    except kinds as error:
        raise Failure(str(error)) from error
