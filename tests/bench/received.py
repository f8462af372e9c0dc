"""aiosmtpd as a process of its own, run by `peers`: it keeps each message, and prints its port.

Its protocol class with the settings as they come, on asyncio's own loop, and a handler
that does no more than it must.
"""

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session

from .sockets import LOOPBACK


class Keeping:
    """Takes all there is."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        return "250 OK"


async def main() -> None:
    handler = Keeping()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="mail.example.org", loop=loop), LOOPBACK, 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
