"""Shares of members that stay the same: who belongs to one is told by a hash, not by a die."""

import hashlib

from members.models import Member


def fraction(*words: str | Member) -> float:
    """A number from 0 up to 1 that these words and members always have; spread evenly over members."""
    said = ":".join(str(word.uuid) if isinstance(word, Member) else word for word in words)
    digest = hashlib.sha256(said.encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
