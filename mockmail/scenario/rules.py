"""The rules of a scenario file: the words of `When`, `Match` and the effects, as Python has them."""

import dataclasses
from typing import Annotated, Any, Literal, get_type_hints

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct, field, structs

from mockmail.near import choice
from mockmail.scenario.document import Count, Document, Spec
from mockmail.scenario.mistakes import Path
from mockmail.wire.points import POINTS
from mockmail.world.effects import EFFECTS, YAML_NAMES, UnfitError
from mockmail.world.rule import Effect, Match, Rule, When


class MatchSpec(Spec):
    """Which response a rule wants."""

    kind: str | None = None
    uid: Count | None = None
    number: Count | None = None
    index: Annotated[int, Meta(ge=1)] | None = None


class WhenSpec(Spec):
    """When a rule fires."""

    point: str
    session: str | None = None
    user: str | None = None
    protocol: Literal["imap", "pop3", "smtp"] | None = None
    command: str | None = None
    line: str | None = None
    response: MatchSpec | None = None


def _spec(kind: type) -> type[Struct]:
    """The mapping for an effect: its fields, by the names that YAML has for them."""
    hints = get_type_hints(kind)
    fields: list[tuple[str, Any, Any]] = []
    for each in dataclasses.fields(kind):
        name = YAML_NAMES.get(each.name)
        given = {} if each.default is dataclasses.MISSING else {"default": each.default}
        fields.append((each.name, hints[each.name], field(name=name, **given)))
    return defstruct(
        f"{kind.__name__}Spec",
        fields,
        bases=(Spec,),
        kw_only=True,
        namespace={"__doc__": kind.__doc__},
    )


_SPECS = {word: _spec(kind) for word, kind in EFFECTS.items()}
DoSpec: Any = defstruct(
    "DoSpec",
    [(word, spec | None | UnsetType, UNSET) for word, spec in _SPECS.items()],
    bases=(Spec,),
    kw_only=True,
    namespace={"__doc__": "An effect: exactly one of them."},
)


class RuleSpec(Spec):
    """A rule."""

    when: WhenSpec
    do: DoSpec
    name: str = ""
    times: Annotated[int, Meta(ge=1)] | None = 1
    skip: Count = 0
    optional: bool = False


def build(document: Document, spec: RuleSpec, path: Path) -> Rule:
    """The rule that stands at `path`; `ScenarioError` if it can't be one."""
    if spec.when.point not in POINTS:
        raise document.error(
            (*path, "when", "point"),
            choice(spec.when.point, POINTS),
        )
    words = structs.asdict(spec.when)
    response = words.pop("response")
    when = When(**words, response=None if response is None else Match(**structs.asdict(response)))
    effect = _effect(document, spec.do, (*path, "do"))
    try:
        return Rule(
            when,
            effect,
            times=spec.times,
            skip=spec.skip,
            optional=spec.optional,
            name=spec.name,
        )
    except ValueError as error:
        raise document.error((*path, "name"), str(error)) from None


def _effect(document: Document, spec: Struct, path: Path) -> Effect:
    found = {word: each for word, each in structs.asdict(spec).items() if each is not UNSET}
    if len(found) != 1:
        raise document.error(
            path, f"expected one effect of {', '.join(EFFECTS)}, found {len(found)}"
        )
    ((word, given),) = found.items()
    if given is None:  # "drop:" has nothing to say
        given = document.convert({}, _SPECS[word], (*path, word))
    try:
        return EFFECTS[word](**structs.asdict(given))
    except UnfitError as error:
        name = YAML_NAMES.get(error.field, error.field)
        raise document.error((*path, word, name), error.problem) from None
