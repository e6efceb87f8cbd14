"""Liquid as letters speak it: few tags, few filters, hard limits, and no way to reach code."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, TextIO

import liquid
from liquid import exceptions
from liquid.builtin import output
from liquid.stringify import to_liquid_string

TAGS = frozenset("if unless case for break continue assign comment".split())
MACHINERY = frozenset({"content", "output", "illegal"})  # Liquid's own: text, braces, what it cannot read
FILTERS = frozenset(
    "default size first last join reverse sort map where compact uniq append prepend remove upcase downcase"
    " capitalize strip truncate truncatewords url_encode plus minus times divided_by modulo round ceil floor"
    " abs at_least at_most".split()
)
LONGEST = 20_000
LARGEST = 10**18
BLANK = re.compile(r"""("[^"]*"|'[^']*')|(?<![\w.])(?:blank|empty)\b""")
TAG = re.compile(r"\{%.*?%\}", re.DOTALL)
LiquidError = exceptions.LiquidError


def html(source: str) -> liquid.BoundTemplate:
    """The parsed letter whose values are escaped for HTML, each exactly once; LiquidError if it cannot be read."""
    return _parsed(source, HTML)


def text(source: str) -> liquid.BoundTemplate:
    """The parsed subject or text part, whose values stand as they are; LiquidError if it cannot be read."""
    return _parsed(source, TEXT)


@functools.lru_cache(maxsize=1024)
def _parsed(source: str, environment: liquid.Environment) -> liquid.BoundTemplate:
    return environment.from_string(TAG.sub(_nil, source))


def _nil(tag: re.Match[str]) -> str:
    # This Liquid finds an unknown value neither blank nor empty, so `x != blank` would be true of nothing.
    # Empty values reach a letter as nil (rendering.plain), so nil says what the editor meant.
    return BLANK.sub(lambda word: word[1] or "nil", tag[0])


class EscapedOutput(output.OutputNode):
    """Escapes at the very end: inside a letter everything stays plain text, so nothing is escaped twice or never."""

    def render_to_output(self, context: liquid.RenderContext, buffer: TextIO) -> int:
        """Write the value of the expression, escaped."""
        return buffer.write(
            liquid.escape(to_liquid_string(self.expression.evaluate(context), autoescape=False))
        )


class Escaped(output.Output):
    """The double braces of an HTML letter."""

    node_class = EscapedOutput


class Environment(liquid.Environment):
    """Liquid within limits: it has no clock, so loops, nesting, memory and output are bounded instead."""

    block_nesting_limit = 12
    context_depth_limit = 12
    loop_iteration_limit = 1_000
    local_namespace_limit = 50_000
    output_stream_limit = 200_000

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Keep only what letters need of Liquid's own tags and filters."""
        super().setup_tags_and_filters(extra=False)
        self.tags = {name: tag for name, tag in self.tags.items() if name in TAGS | MACHINERY}
        self.filters = {name: bounded(self.filters[name]) for name in FILTERS}


def bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, refusing endless ranges and values that grew too long: `(1..999999999) | join` fills a memory."""

    @functools.wraps(function)
    def within(value: Any, *arguments: Any, **named: Any) -> Any:
        if any(isinstance(one, range) for one in (value, *arguments)):
            raise exceptions.FilterArgumentError("a range cannot be filtered", token=None)
        result = function(value, *arguments, **named)
        if (isinstance(result, str) and len(result) > LONGEST) or (
            isinstance(result, int) and abs(result) > LARGEST
        ):
            raise exceptions.FilterValueError("a value grew too long", token=None)
        return result

    return within


HTML = Environment()
HTML.add_tag(Escaped)
TEXT = Environment()
