"""A mail server as a process of its own: `python -m tests.faults.mailserver PORT LOG DELAY_MS`.

It appends the Message-ID of a letter to LOG before it says 250, so the log is what a mail server is bound by: the
list of letters it took responsibility for. It takes DELAY_MS for each letter, so that kills have something to hit.
"""

import asyncio
import os
import sys


async def serve(port: int, log: int, delay: float) -> None:
    """Listens until it is killed."""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Conversation(reader, writer, log, delay).hold()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the worker was killed: what it had not been answered, it does not know
        finally:
            writer.close()

    server = await asyncio.start_server(client, "127.0.0.1", port, backlog=200)
    async with server:
        await server.serve_forever()


class Conversation:
    """One connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, log: int, delay: float
    ) -> None:
        self.reader, self.writer, self.log, self.delay = reader, writer, log, delay

    async def hold(self) -> None:
        """Greets, answers each command, keeps letters."""
        await self.say("220 sink ESMTP")
        while (line := await self.reader.readline()) and line[:4].upper() != b"QUIT":
            match line[:4].upper():
                case b"EHLO":
                    await self.say("250-sink\r\n250-PIPELINING\r\n250 8BITMIME")
                case b"DATA":
                    await self.say("354 go on")
                    await self.keep(await self.reader.readuntil(b"\r\n.\r\n"))
                    await self.say("250 kept")
                case _:
                    await self.say("250 ok")
        await self.say("221 bye")

    async def keep(self, letter: bytes) -> None:
        """Writes the letter's name down, half of the delay before and half after, as a slow server would."""
        await asyncio.sleep(self.delay / 2)
        head = letter.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
        name = next(line for line in head if line.lower().startswith(b"message-id:"))
        os.write(self.log, name.split(b":", 1)[1].strip() + b"\n")
        await asyncio.sleep(self.delay / 2)

    async def say(self, answer: str) -> None:
        """One answer; once the peer is gone this raises."""
        self.writer.write(answer.encode() + b"\r\n")
        await self.writer.drain()


if __name__ == "__main__":
    file = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    asyncio.run(serve(int(sys.argv[1]), file, float(sys.argv[3]) / 1000))
