"""All that can be asked by HTTP. A new request is a handler and a line here."""

from http import HTTPStatus

from mockmail.control import aliases, deliveries, messages, rules, state, users
from mockmail.control.call import VERSION
from mockmail.control.endpoint import Endpoint, Handler

_MAILBOX = "/users/{login}/mailboxes/{mailbox}"
_MESSAGE = _MAILBOX + "/messages/{uid}"
_SHARED = "/shared/{mailbox}/messages/{uid}"
NOT_FOUND, CONFLICT, GONE = HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.GONE
TIMEOUT, STOPPING = HTTPStatus.GATEWAY_TIMEOUT, HTTPStatus.SERVICE_UNAVAILABLE


def _row(method: str, path: str, handle: Handler, *problems: HTTPStatus) -> Endpoint:
    return Endpoint(method, VERSION + path, handle, problems)


ENDPOINTS = (
    _row("GET", "/state", state.state),
    _row("GET", "/capabilities", state.capabilities),
    _row("GET", "/check", state.check, CONFLICT),
    _row("POST", "/snapshot", state.snapshot),
    _row("POST", "/reset", state.reset),
    _row("GET", "/clock", state.clock),
    _row("POST", "/clock/advance", state.advance),
    _row("GET", "/transcript", state.transcript),
    _row("GET", "/transcript/lines", state.transcript_lines),
    _row("POST", "/wait", messages.wait, CONFLICT, STOPPING, TIMEOUT),
    _row("GET", "/users", users.list_users),
    _row("POST", "/users", users.create_user, CONFLICT),
    _row("GET", "/users/{login}", users.show_user, NOT_FOUND),
    _row("PATCH", "/users/{login}", users.change_user, NOT_FOUND),
    _row("DELETE", "/users/{login}/sessions", users.disconnect_user, NOT_FOUND),
    _row("GET", "/aliases", aliases.list_aliases),
    _row("POST", "/aliases", aliases.add_alias),
    _row("DELETE", "/aliases/{address}", aliases.remove_alias, NOT_FOUND),
    _row("GET", "/users/{login}/mailboxes", users.list_mailboxes, NOT_FOUND),
    _row("POST", "/users/{login}/mailboxes", users.create_mailbox, NOT_FOUND, CONFLICT),
    _row("GET", _MAILBOX, users.show_mailbox, NOT_FOUND),
    _row("PATCH", _MAILBOX, users.rename_mailbox, NOT_FOUND),
    _row("DELETE", _MAILBOX, users.delete_mailbox, NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
    _row("GET", _MAILBOX + "/messages", messages.list_messages, NOT_FOUND),
    _row("POST", _MAILBOX + "/messages", messages.deliver, NOT_FOUND),
    _row("DELETE", _MAILBOX + "/messages", messages.empty_mailbox, NOT_FOUND),
    _row("GET", _MESSAGE, messages.show_message, NOT_FOUND, GONE),
    _row("PATCH", _MESSAGE, messages.change_flags, NOT_FOUND, GONE),
    _row("DELETE", _MESSAGE, messages.delete_message, NOT_FOUND, GONE),
    _row("GET", _MESSAGE + "/raw", messages.raw_message, NOT_FOUND, GONE),
    _row("GET", _MESSAGE + "/text", messages.text_of_message, NOT_FOUND, GONE),
    _row("POST", _MESSAGE + "/move", messages.move_message, NOT_FOUND, GONE),
    _row("POST", _MESSAGE + "/copy", messages.copy_message, NOT_FOUND, GONE),
    _row("GET", _SHARED, messages.show_shared_message, NOT_FOUND, GONE),
    _row("GET", _SHARED + "/raw", messages.raw_shared_message, NOT_FOUND, GONE),
    _row("GET", _SHARED + "/text", messages.text_of_shared_message, NOT_FOUND, GONE),
    _row("GET", "/outbox", messages.list_outbox),
    _row("GET", "/outbox/{number}", messages.show_sent, NOT_FOUND),
    _row("GET", "/outbox/{number}/raw", messages.raw_sent, NOT_FOUND),
    _row("GET", "/deliveries", deliveries.list_deliveries),
    _row("GET", "/deliveries/{number}/report", deliveries.raw_report, NOT_FOUND),
    _row("GET", "/queue", deliveries.list_queue),
    _row("POST", "/remote", deliveries.set_remote_reply),
    _row("GET", "/rules", rules.list_rules),
    _row("POST", "/rules", rules.add_rule, CONFLICT),
    _row("GET", "/rules/{rule}", rules.show_rule, NOT_FOUND),
    _row("DELETE", "/rules/{rule}", rules.remove_rule, NOT_FOUND),
)
