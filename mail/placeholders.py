"""Keeps Liquid out of the way of Markdown, cleaning, MJML and CSS: words stand in for it and step back at the end."""

from __future__ import annotations

import hashlib
import re

LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}", re.DOTALL)
NAME = re.compile(r"\{%-?\s*(\w+)")


class Placeholders:
    """Stand-ins for the Liquid of one letter: letters and digits only, so that nothing on the way changes them."""

    def __init__(self, source: str) -> None:
        # From the source itself, so that the same letter always compiles to the same bytes.
        self._prefix = "lq" + hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()[:8]
        self._kept: list[str] = []
        self.any = re.compile(rf"{self._prefix}(o|t)(\d+)q")
        self.tag = rf"{self._prefix}t\d+q"

    def hide(self, source: str) -> str:
        """The text with a word in place of each Liquid output and tag; Liquid comments are dropped."""
        return LIQUID.sub(self._keep, COMMENT.sub("", source))

    def show(self, text: str) -> str:
        """The text with its Liquid back, also where a tag stands in an HTML comment to survive inside tables."""
        text = re.sub(rf"<!--\s*({self.tag})\s*-->", r"\1", text)
        return self.any.sub(lambda word: self._kept[int(word[2])], text)

    def is_opening(self, word: str) -> bool:
        """Whether the word stands for a tag that needs an end (`if`, `for` …)."""
        return self._name(word) in {"if", "unless", "case", "for"}

    def is_ending(self, word: str) -> bool:
        """Whether the word stands for such an end."""
        return self._name(word).startswith("end")

    def is_branch(self, word: str) -> bool:
        """Whether the word divides a block (`else`, `elsif`, `when`)."""
        return self._name(word) in {"else", "elsif", "when"}

    def _keep(self, found: re.Match[str]) -> str:
        self._kept.append(found[0])
        return f"{self._prefix}{'o' if found[0].startswith('{{') else 't'}{len(self._kept) - 1}q"

    def _name(self, word: str) -> str:
        name = NAME.match(self.show(word))
        return name[1] if name else ""
