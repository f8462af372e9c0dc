"""The rules by which the server misbehaves, in the words of scenarios."""

from http import HTTPStatus

from mockmail.control.call import Call, Created, url
from mockmail.control.given import Given
from mockmail.control.problem import Problem
from mockmail.control.values import RulesValue, RuleValue
from mockmail.scenario.rules import RuleSpec, build, spec_of
from mockmail.world.named import Named
from mockmail.world.rule import Rule


def _value(rule: Rule) -> RuleValue:
    words = spec_of(rule)
    return RuleValue(
        **{name: getattr(words, name) for name in RuleSpec.__struct_fields__},
        url=url("rules", rule.name),
        fired=rule.fired,
        why_not=None if rule.fired else rule.why_not(),
    )


def _named(call: Call) -> Named[Rule]:
    return Named("rule", {rule.name: rule for rule in call.server.faults})


def list_rules(call: Call) -> RulesValue:
    """All rules, and how often each has fired."""
    return RulesValue(rules=[_value(rule) for rule in call.server.faults])


def add_rule(call: Call, body: RuleSpec) -> Created[RuleValue]:
    """A further rule, in the words of scenarios."""
    rule = build(Given(), body, ())
    if rule.name in _named(call):
        raise Problem(HTTPStatus.CONFLICT, f"there is a rule {rule.name!r}", path="name")
    added = call.server.faults.add(
        rule.when,
        rule.do,
        times=rule.times,
        skip=rule.skip,
        optional=rule.optional,
        name=rule.name,
    )
    value = _value(added)
    return Created(value, value.url)


def show_rule(call: Call) -> RuleValue:
    """A rule, and how often it has fired."""
    return _value(_named(call)[call.path["rule"]])


def remove_rule(call: Call) -> None:
    """Take a rule away: it fires no more, nor is it missed by a check."""
    call.server.faults.remove(_named(call)[call.path["rule"]])
