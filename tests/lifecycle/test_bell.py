import os
import threading
import time

from lifecycle.bell import Bell


def test_whoever_rings_does_not_wait_for_the_broker() -> None:
    frozen, woken = threading.Event(), threading.Event()

    def wake(_queue: str) -> None:
        woken.set()
        frozen.wait(60)

    began = time.monotonic()
    Bell(wake).ring("engine")
    assert time.monotonic() - began < 30  # seconds: half of what the broker takes
    assert woken.wait(60)
    frozen.set()


def test_ringing_while_the_broker_is_slow_becomes_one_wake_up_per_queue() -> None:
    heard: list[str] = []
    first, go, done = threading.Event(), threading.Event(), threading.Event()

    def wake(queue: str) -> None:
        heard.append(queue)
        first.set()
        go.wait(60)
        if len(heard) == 3:
            done.set()

    bell = Bell(wake)
    bell.ring("engine")
    assert first.wait(60)
    for _ in range(50):
        bell.ring("engine")
        bell.ring("send")
    go.set()
    assert done.wait(60)
    assert heard == ["engine", "engine", "send"]


def test_a_forked_process_has_a_bell_of_its_own() -> None:
    woken = threading.Event()
    bell = Bell(lambda _queue: woken.set())
    bell.ring("engine")
    assert woken.wait(60)
    child = os.fork()
    if child == 0:
        woken.clear()
        bell.ring("engine")
        os._exit(0 if woken.wait(60) else 1)
    assert os.waitpid(child, 0)[1] == 0
