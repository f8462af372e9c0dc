"""The server as a whole: what there is, its time, whether all is as it must be, and back to the start."""

from http import HTTPStatus

import msgspec

from mockmail.control import look
from mockmail.control.bodies import Advance
from mockmail.control.call import Call, JsonLines, Plain
from mockmail.control.problem import Problem, refused
from mockmail.control.values import (
    CapabilitiesValue,
    CapabilityValue,
    ClockValue,
    StateValue,
)
from mockmail.imap.catalog import EXTENSIONS
from mockmail.world.world import Broken


def state(call: Call) -> StateValue:
    """What there is: ports, users, mailboxes, and how much is in them."""
    server, world = call.server, look.world_of(call.server)
    return StateValue(
        host=call.service.host,
        ports=dict(call.service.ports),
        now=world.clock.now,
        connections=len(world.engine.connections),
        waiting=len(call.service.waits),
        users=[look.user(user) for user in server.users.values()],
        outbox=len(server.outbox),
        rules=len(list(server.faults)),
    )


def capabilities(call: Call) -> CapabilitiesValue:
    """What IMAP consists of here, and what of it is on."""
    on = look.world_of(call.server).catalogue.extensions
    return CapabilitiesValue(
        capabilities=[
            CapabilityValue(
                name=each.name,
                rfc=each.rfc,
                on=each in on,
                default=each.default,
                requires=list(each.requires),
            )
            for each in EXTENSIONS
        ]
    )


def clock(call: Call) -> ClockValue:
    """The world's time."""
    return ClockValue(now=look.world_of(call.server).clock.now)


def advance(call: Call, body: Advance) -> ClockValue:
    """Move the clock on; what is due happens before the answer comes."""
    with refused():
        call.server.advance(body.seconds)
    return clock(call)


def check(call: Call) -> None:
    """Whether the laws hold, and every rule has fired that isn't optional; 409 says what is wrong."""
    try:
        call.server.check()
    except Broken as broken:
        raise Problem(HTTPStatus.CONFLICT, str(broken)) from broken


def snapshot(call: Call) -> None:
    """Let a reset come back to how things are now."""
    call.server.snapshot()


async def reset(call: Call) -> None:
    """Go back to the start, or to the last snapshot. Ports stay, connections are dropped."""
    call.service.waits.end(Problem(HTTPStatus.CONFLICT, "the server was reset meanwhile"))
    await call.server.aio.reset()


def transcript(call: Call) -> Plain:
    """What was said, as text: A, B, … are sessions; C is a client, S the server, * what happened."""
    return Plain(f"{call.server.transcript}\n".encode())


def transcript_lines(call: Call) -> JsonLines:
    """What was said, a JSON object on each line: time, session, protocol, who, text."""
    lines = (
        {
            "time": line.time,
            "session": line.session,
            "protocol": line.protocol,
            "who": line.who.name.lower(),
            "text": line.text,
        }
        for line in call.server.transcript.lines()
    )
    return JsonLines(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
