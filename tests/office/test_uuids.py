"""Names of rows: as good as random, and in the order in which they were made."""

import time

from office import uuids


def test_names_follow_the_clock_and_say_which_kind_they_are() -> None:
    before = time.time_ns() // 1_000_000
    first = uuids.in_order()
    while time.time_ns() // 1_000_000 == first.int >> 80:
        pass
    second = uuids.in_order()
    assert before <= first.int >> 80 < second.int >> 80
    assert first < second
    assert (first.version, first.variant) == (7, "specified in RFC 4122")


def test_names_of_one_moment_differ() -> None:
    assert len({uuids.in_order() for _ in range(1000)}) == 1000
