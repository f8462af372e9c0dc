"""Chance from one seed, in named streams.

``chance("message-id")`` is a stream of its own, made from the seed and the
name: one more draw in one place moves nothing in another, and no draw depends
on what ran before it in the process.
"""

import random


class Chance:
    """The random streams of one world."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._streams: dict[str, random.Random] = {}

    def __call__(self, name: str) -> random.Random:
        """The stream called `name`, the same object at every call."""
        stream = self._streams.get(name)
        if stream is None:
            # A string is hashed with SHA-512 here, not with hash(): PYTHONHASHSEED has no say.
            stream = self._streams[name] = random.Random(f"{self.seed}/{name}")
        return stream

    def fork(self) -> "Chance":
        """The same streams, which go on by themselves."""
        twin = Chance(self.seed)
        for name, stream in self._streams.items():
            twin(name).setstate(stream.getstate())
        return twin

    def token(self, name: str, octets: int = 8) -> str:
        """`octets` bytes of the stream `name` in hexadecimal digits."""
        return self(name).randbytes(octets).hex()
