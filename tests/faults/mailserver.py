"""A mail server as a process of its own: `python -m tests.faults.mailserver PORT LOG DELAY_MS SHARE`.

It appends the Message-ID of a letter to LOG before it says 250, so the log is what a mail server is bound by: the
list of letters it took responsibility for. It takes DELAY_MS for each letter, so that kills have something to hit.
To that SHARE of letters something happens: it hangs up before or after the letter is kept, or says 451 or 421; hanging
up after the letter came is noted in LOG.unclear, because only then nobody can know.
"""

import asyncio
import os
import random
import sys
from collections.abc import Callable

BEFORE, KEPT, AFTER = "hangs up before it is kept", "hangs up after it is kept", "hangs up after its 250"
LATER, CLOSES = "451 4.3.0 not just now", "421 4.3.2 closing down"


class Log:
    """What was kept, and what nobody can know."""

    def __init__(self, name: str) -> None:
        how = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self.kept, self.unclear = os.open(name, how, 0o600), os.open(f"{name}.unclear", how, 0o600)


async def serve(port: int, log: Log, delay: float, share: float) -> None:
    """Listens until it is killed."""
    dice = random.Random(port)

    def trouble() -> str:
        return dice.choice((BEFORE, KEPT, AFTER, LATER, CLOSES)) if dice.random() < share else ""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Conversation(reader, writer, log, delay, trouble).hold()
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
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        log: Log,
        delay: float,
        trouble: Callable[[], str],
    ) -> None:
        self.reader, self.writer, self.log, self.delay, self.trouble = reader, writer, log, delay, trouble

    async def hold(self) -> None:
        """Greets, answers each command, keeps letters."""
        await self.say("220 sink ESMTP")
        while (line := await self.reader.readline()) and line[:4].upper() != b"QUIT":
            match line[:4].upper():
                case b"EHLO":
                    await self.say("250-sink\r\n250-PIPELINING\r\n250 8BITMIME")
                case b"DATA":
                    await self.say("354 go on")
                    if not await self.take(await self.reader.readuntil(b"\r\n.\r\n")):
                        return
                case _:
                    await self.say("250 ok")
        await self.say("221 bye")

    async def take(self, letter: bytes) -> bool:
        """Keeps a letter and says so, or lets something happen; whether the conversation goes on."""
        trouble = self.trouble()
        if trouble in {LATER, CLOSES}:
            await self.say(trouble)
            return trouble == LATER
        if trouble in {BEFORE, KEPT}:
            os.write(self.log.unclear, b"1\n")
        if trouble == BEFORE:
            return False
        await self.keep(letter)
        if trouble == KEPT:
            return False
        await self.say("250 kept")
        return trouble != AFTER

    async def keep(self, letter: bytes) -> None:
        """Writes the letter's name down, half of the delay before and half after, as a slow server would."""
        await asyncio.sleep(self.delay / 2)
        head = letter.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
        name = next(line for line in head if line.lower().startswith(b"message-id:"))
        os.write(self.log.kept, name.split(b":", 1)[1].strip() + b"\n")
        await asyncio.sleep(self.delay / 2)

    async def say(self, answer: str) -> None:
        """One answer; once the peer is gone this raises."""
        self.writer.write(answer.encode() + b"\r\n")
        await self.writer.drain()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Log(sys.argv[2]), float(sys.argv[3]) / 1000, float(sys.argv[4])))
