"""A YAML document with its line numbers, checked against types.

Nothing is run from YAML: only the plain types are built. A key written twice is
an error, for the first one would be lost without a word.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, TypeVar

import msgspec
import yaml

from mockmail.scenario import mistakes
from mockmail.scenario.errors import ScenarioError, joined
from mockmail.scenario.mistakes import Path

T = TypeVar("T")
Count = Annotated[int, msgspec.Meta(ge=0)]

_TEXT = "tag:yaml.org,2002:str"
_MERGE = "tag:yaml.org,2002:merge"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Builds plain types only, and says where a value is none (``2024-13-45``)."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> object:  # noqa: FBT001, FBT002
        try:
            return super().construct_object(node, deep)
        except yaml.YAMLError:
            raise
        except Exception as error:
            # A tag that doesn't fit its value ends in whatever its constructor ran into.
            problem = str(error) if isinstance(error, ValueError) else f"this is no {node.tag}"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from error


# YAML 1.2 knows two truth values; 1.1 would take the NO of IMAP for one, too.
_BOOL = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), "tTfF")


class Spec(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A mapping of the file; a key it does not name is an error."""


class Document:
    """One YAML file."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.mistakes: list[ScenarioError] = []
        """Those that were found and kept, for others may follow."""
        try:
            loader = _Loader(text)
            try:
                self._root: yaml.Node | None = loader.get_single_node()
                if self._root is None:
                    raise ScenarioError(file, 1, "", "the file is empty")
                self._check_keys(self._root, (), set())
                self.raise_mistakes()
                self.data: object = loader.construct_document(self._root)
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            line = None if mark is None else mark.line + 1
            raise ScenarioError(file, line, "", f"is not YAML: {error.problem}") from error
        except yaml.reader.ReaderError as error:
            line = _before(text, error.position).count("\n") + 1
            raise ScenarioError(file, line, "", f"is not YAML: {error.reason}") from error
        except RecursionError as error:
            raise ScenarioError(file, None, "", "is nested too deeply") from error

    def _check_keys(self, node: yaml.Node, path: Path, seen: set[int]) -> None:
        if id(node) in seen:  # an alias
            return
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            known: set[str] = set()
            for key, value in node.value:
                name = str(key.value) if isinstance(key, yaml.ScalarNode) else "of several parts"
                if key.tag not in (_TEXT, _MERGE):
                    self._key(key, path, f"the key {name} must be text: quote it")
                elif name in known:
                    self._key(key, path, f"the key {name!r} stands here twice")
                known.add(name)
                self._check_keys(value, (*path, name), seen)
        elif isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self._check_keys(item, (*path, number), seen)

    def _key(self, key: yaml.Node, path: Path, problem: str) -> None:
        line = key.start_mark.line + 1
        self.mistakes.append(ScenarioError(self.file, line, spelled(path), problem))

    def error(self, path: Path, problem: str, *, key: str | None = None) -> ScenarioError:
        """An error at `path`, or at the key `key` below it."""
        return ScenarioError(self.file, self._line(path, key), spelled(path), problem)

    def _line(self, path: Path, key: str | None) -> int:
        node = self._root
        assert node is not None
        for step in path if key is None else (*path, key):
            below: yaml.Node | None = None
            if isinstance(node, yaml.MappingNode):
                for name, value in node.value:
                    if name.value == str(step):
                        if step == key:
                            return int(name.start_mark.line) + 1
                        below = value
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
                below = node.value[step]
            if below is None:
                break
            node = below
        return int(node.start_mark.line) + 1

    def convert(self, value: object, kind: type[T], path: Path) -> T:
        """`value`, which stands at `path`, as a `kind`; `ScenarioError` where it is none."""
        found = mistakes.sound(value, kind).mistakes
        if found:
            raise joined(self._errors(found, path))
        return msgspec.convert(value, kind, strict=True)

    def sound(self, value: object, kind: type[T]) -> T | None:
        """As much of the file's data as is right; the mistakes in it are kept."""
        found = mistakes.sound(value, kind)
        self.mistakes += self._errors(found.mistakes, ())
        return msgspec.convert(found.value, kind, strict=True) if found.usable else None

    def _errors(self, found: list[mistakes.Mistake], path: Path) -> list[ScenarioError]:
        return [self.error((*path, *each.path), each.problem, key=each.key) for each in found]

    @contextmanager
    def kept(self) -> Iterator[None]:
        """A mistake that ends the block is kept, unless it only comes of one inside it."""
        try:
            yield
        except ScenarioError as error:
            self.mistakes += [each for each in error if not self._follows(each)]

    def _follows(self, error: ScenarioError) -> bool:
        inside = tuple(error.path + end for end in (".", "["))
        return any(
            each.path == error.path or each.path.startswith(inside) for each in self.mistakes
        )

    def raise_mistakes(self) -> None:
        """`ScenarioError` with those that were kept, if there are any."""
        if self.mistakes:
            raise joined(self.mistakes)


def _before(text: str, position: int) -> str:
    """The text up to a parser's position: the C parser counts octets, the other one characters."""
    if hasattr(yaml, "CSafeLoader"):
        return text.encode("utf-8")[:position].decode("utf-8", "ignore")
    return text[:position]


def spelled(path: Path) -> str:
    """``("users", "anna", 0)`` as ``users.anna[0]``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
