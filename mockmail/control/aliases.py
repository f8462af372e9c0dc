"""Aliases and mailing lists."""

from mockmail.control import look
from mockmail.control.bodies import NewAlias
from mockmail.control.call import Call, Created, url
from mockmail.control.problem import refused
from mockmail.control.values import AliasesValue, AliasValue


def _all(call: Call) -> dict[str, AliasValue]:
    """By address."""
    server = call.server
    return {
        address: AliasValue(
            url=url("aliases", address), address=address, targets=list(targets), list=expands
        )
        for named, expands in ((server.aliases, False), (server.lists, True))
        for address, targets in named.items()
    }


def list_aliases(call: Call) -> AliasesValue:
    """All aliases and lists."""
    return AliasesValue(aliases=list(_all(call).values()))


def add_alias(call: Call, body: NewAlias) -> Created[AliasValue]:
    """Let mail for an address come to others."""
    with refused():
        if body.list:
            call.server.add_list(body.address, body.targets)
        else:
            call.server.add_alias(body.address, *body.targets)
    value = _all(call)[look.world_of(call.server).store.directory.full(body.address)]
    return Created(value, value.url)


def remove_alias(call: Call) -> None:
    """Without that alias or list."""
    call.server.remove_alias(call.path["address"])
