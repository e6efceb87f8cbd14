"""Posts prepared requests: `python -m bench.client PORT FILE CONNECTIONS RATE` (RATE 0: as fast as answers come).

It speaks HTTP by hand over connections that stay open, so that it takes as little of the machine as can be.
Prints how long it took, how many answers were 2xx, and each latency in seconds, as JSON.
"""

import asyncio
import json
import pickle
import sys
import time
from pathlib import Path


class Client:
    """Requests that are sent over a few connections."""

    def __init__(self, port: int, requests: list[bytes], rate: float) -> None:
        self.port, self.rate = port, rate
        self.waiting = list(enumerate(requests))[::-1]
        self.latencies: list[float] = []
        self.good = 0

    async def run(self, connections: int) -> None:
        """Sends them all; with a rate, each at its moment, and late ones count from when they should have gone."""
        self.began = time.perf_counter()
        await asyncio.gather(*(self.send() for _ in range(connections)))

    async def send(self) -> None:
        """One connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while self.waiting:
            place, request = self.waiting.pop()
            due = self.began + place / self.rate if self.rate else time.perf_counter()
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            self.latencies.append(time.perf_counter() - due)
            self.good += head.startswith(b"HTTP/1.1 2")
        writer.close()


def main(port: int, file: Path, connections: int, rate: float) -> None:
    """Sends the requests that FILE holds (written by `bench.ingest` itself a moment ago)."""
    client = Client(port, pickle.loads(file.read_bytes()), rate)
    asyncio.run(client.run(connections))
    seconds = time.perf_counter() - client.began
    print(json.dumps({"seconds": seconds, "good": client.good, "latencies": client.latencies}))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
