"""What becomes of mail: the delivery log, its reports, and what far servers say."""

from http import HTTPStatus

from mockmail.control import look
from mockmail.control.call import Call, Rfc822
from mockmail.control.problem import Problem, refused
from mockmail.control.values import DeliveriesValue, QueueValue
from mockmail.scenario.spec import RemoteSpec


def list_deliveries(call: Call) -> DeliveriesValue:
    """What became of mail: a line for each recipient and attempt, oldest first."""
    log = enumerate(call.server.deliveries)
    return DeliveriesValue(deliveries=[look.delivery(number, each) for number, each in log])


def list_queue(call: Call) -> QueueValue:
    """Mail that waits until it may go, or for another attempt; what is due first comes first."""
    return QueueValue(queue=[look.queued(each) for each in call.server.queue])


def raw_report(call: Call) -> Rfc822:
    """The report that the sender got of it (RFC 3464), octet by octet."""
    number, log = call.number("number"), call.server.deliveries
    report = log[number].report if number < len(log) else None
    if report is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"there is no report of delivery {number}")
    return Rfc822(report.raw)


def set_remote_reply(call: Call, body: RemoteSpec) -> None:
    """Let a far server say this of mail to an address or a domain."""
    with refused():
        call.server.set_remote_reply(body.to, body.code, body.status, body.text, body.times)
