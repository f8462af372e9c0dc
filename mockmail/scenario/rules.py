"""The rules of a scenario file: the words of `When`, `Match` and the effects, as Python has them."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal, Protocol, TypeVar, get_type_hints

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct, field, structs

from mockmail.scenario.document import Count, Spec
from mockmail.scenario.mistakes import Path
from mockmail.wire.points import POINTS
from mockmail.world.effect import Effect
from mockmail.world.effects import EFFECTS
from mockmail.world.rule import Match, Rule, When
from mockmail.world.words import PROTOCOLS, YAML_NAMES, RuleError, UnfitError

T = TypeVar("T")


class Source(Protocol):
    """Where a rule stands, as far as this knows it: a `Document`, or what came over HTTP."""

    def error(self, path: Path, problem: str, *, key: str | None = None) -> Exception: ...
    def convert(self, value: object, kind: type[T], path: Path) -> T: ...


DOCUMENTED: dict[type, type] = {}
"""Where the words of a mapping are explained: in what is made of it."""


def _spec(kind: type, **types: object) -> type[Struct]:
    """The mapping for `kind`: its fields, by the names that YAML has for them, of these types."""
    hints = get_type_hints(kind) | types
    fields: list[tuple[str, Any, Any]] = []
    for each in dataclasses.fields(kind):
        name = YAML_NAMES.get(each.name)
        given = {} if each.default is dataclasses.MISSING else {"default": each.default}
        fields.append((each.name, hints[each.name], field(name=name, **given)))
    spec = defstruct(
        f"{kind.__name__}Spec",
        fields,
        bases=(Spec,),
        kw_only=True,
        namespace={"__doc__": kind.__doc__},
    )
    DOCUMENTED[spec] = kind
    return spec


Ordinal = Annotated[int, Meta(ge=1)] | None
MatchSpec: Any = _spec(Match, uid=Count | None, number=Count | None, index=Ordinal)
WhenSpec: Any = _spec(
    When,
    point=Literal[tuple(POINTS)],
    protocol=Literal[PROTOCOLS] | None,
    response=MatchSpec | None,
)
EFFECT_SPECS = {word: _spec(kind) for word, kind in EFFECTS.items()}
DoSpec: Any = defstruct(
    "DoSpec",
    [(word, spec | None | UnsetType, UNSET) for word, spec in EFFECT_SPECS.items()],
    bases=(Spec,),
    kw_only=True,
    namespace={"__doc__": "An effect: exactly one of them."},
)
DOCUMENTED[DoSpec] = object


class RuleSpec(Spec):
    """A rule."""

    when: WhenSpec
    """When it fires."""
    do: DoSpec
    """What it does."""
    name: str = ""
    """How errors and the transcript call it: ``rule-1`` and so on if nothing is said."""
    times: Ordinal = 1
    """How often it fires; null: without end."""
    skip: Count = 0
    """How many moments that match are let pass before."""
    optional: bool = False
    """Whether it need not fire."""


def build(source: Source, spec: RuleSpec, path: Path) -> Rule:
    """The rule that stands at `path`; `ScenarioError` if it can't be one."""
    words = structs.asdict(spec.when)
    response = words.pop("response")
    with _placed(source, (*path, "when", "response")):
        match = None if response is None else Match(**structs.asdict(response))
    with _placed(source, (*path, "when")):
        when = When(**words, response=match)
    effect = _effect(source, spec.do, (*path, "do"))
    with _placed(source, path):
        return Rule(
            when,
            effect,
            times=spec.times,
            skip=spec.skip,
            optional=spec.optional,
            name=spec.name,
        )


@contextmanager
def _placed(source: Source, path: Path) -> Iterator[None]:
    """What is wrong with a word is told with its place."""
    try:
        yield
    except UnfitError as error:
        name = YAML_NAMES.get(error.field, error.field)
        raise source.error((*path, name), error.problem) from None
    except RuleError as error:
        raise source.error(path, str(error)) from None


def _effect(source: Source, spec: Struct, path: Path) -> Effect:
    found = {word: each for word, each in structs.asdict(spec).items() if each is not UNSET}
    if len(found) != 1:
        raise source.error(path, f"expected one effect of {', '.join(EFFECTS)}, found {len(found)}")
    ((word, given),) = found.items()
    if given is None:  # "drop:" has nothing to say
        given = source.convert({}, EFFECT_SPECS[word], (*path, word))
    with _placed(source, (*path, word)):
        return EFFECTS[word](**structs.asdict(given))


def spec_of(rule: Rule) -> RuleSpec:
    """The same rule in the words of a scenario: the other way of `build`."""
    kind = type(rule.do)
    do = {
        word: spec(**{name: getattr(rule.do, name) for name in spec.__struct_fields__})
        for word, spec in EFFECT_SPECS.items()
        if EFFECTS[word] is kind
    }
    when, response = rule.when, rule.when.response
    words = {each.name: getattr(when, each.name) for each in dataclasses.fields(when)}
    words["response"] = None if response is None else MatchSpec(**dataclasses.asdict(response))
    return RuleSpec(
        when=WhenSpec(**words),
        do=DoSpec(**do),
        name=rule.name,
        times=rule.times,
        skip=rule.skip,
        optional=rule.optional,
    )
