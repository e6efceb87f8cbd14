"""Markdown of a letter → blocks of MJML: text, one-link buttons, boxes, lines, and conditions between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import markdown_it

from mail import cleaning

if TYPE_CHECKING:
    from mail.placeholders import Placeholders

BLOCK = re.compile(r"<(p|li|h[1-4])>((?:(?!<\1>).)*?)</\1>", re.DOTALL)
BUTTON = re.compile(r'<p><strong><a href="([^"]*)"[^>]*>((?:(?!<a\b).)*?)</a></strong></p>', re.DOTALL)


class Reader(markdown_it.MarkdownIt):
    """CommonMark without indented code, which in a form or a file is only an indented paragraph."""

    def validateLink(self, url: str) -> bool:
        """Let every address through: cleaning.errors tells the editor, who would else find puzzling text."""
        return True


READER = Reader("commonmark", {"html": True}).disable("code")


def html(source: str) -> str:
    """The Markdown as HTML, not yet cleaned. Liquid must be hidden."""
    return str(READER.render(source))


def blocks(source: str, hidden: Placeholders) -> list[str]:
    """The Markdown as cleaned HTML, one entry for each block or loose Liquid tag. Liquid must be hidden."""
    found: list[str] = []
    for group in _groups(source):
        fragment = hoist(cleaning.clean(group).strip(), hidden)
        found += _apart(fragment, hidden)
    return [part for part in found if part]


def section(parts: list[str], hidden: Placeholders) -> str:
    """The blocks as one MJML section of one column."""
    elements = "\n".join(element(part, hidden) for part in parts)
    return f'<mj-section css-class="side"><mj-column>{elements}</mj-column></mj-section>'


def element(block: str, hidden: Placeholders) -> str:
    """One block as an element of MJML: a button, a line, a box, or text."""
    if re.fullmatch(hidden.tag, block):
        return f"<mj-raw><!--{block}--></mj-raw>"
    if button := BUTTON.fullmatch(block):
        return f'<mj-button css-class="button" href="{button[1]}">{button[2]}</mj-button>'
    if block.startswith("<hr"):
        return "<mj-divider/>"
    if box := re.fullmatch(r"<blockquote>(.*)</blockquote>", block, re.DOTALL):
        return f'<mj-text mj-class="box" css-class="box letter">{box[1].strip()}</mj-text><mj-spacer height="20px"/>'
    return f'<mj-text css-class="letter">{block}</mj-text>'


def hoist(fragment: str, hidden: Placeholders) -> str:
    """Moves a condition that fills a whole paragraph or list entry around it, so that none is left empty."""
    return BLOCK.sub(lambda block: _hoisted(block, hidden), fragment)


def _groups(source: str) -> list[str]:
    tokens = READER.parse(source)
    groups: list[str] = []
    start = 0
    for index, token in enumerate(tokens):
        if token.level == 0 and token.nesting != 1:
            groups.append(READER.renderer.render(tokens[start : index + 1], READER.options, {}))
            start = index + 1
    return groups


def _hoisted(block: re.Match[str], hidden: Placeholders) -> str:
    tag, inner = block[1], block[2].strip()
    words = [word[0] for word in hidden.any.finditer(inner) if word[1] == "t"]
    if re.fullmatch(rf"(?:\s*{hidden.tag})+", inner):
        return "".join(words)
    if _one_condition(inner, words, hidden):
        inside = inner.removeprefix(words[0]).removesuffix(words[-1]).strip()
        return f"{words[0]}<{tag}>{inside}</{tag}>{words[-1]}"
    return block[0]


def _one_condition(inner: str, words: list[str], hidden: Placeholders) -> bool:
    if len(words) < 2 or not (inner.startswith(words[0]) and inner.endswith(words[-1])):
        return False
    depth = 0
    for index, word in enumerate(words):
        depth += hidden.is_opening(word) - hidden.is_ending(word)
        if (depth == 0 and index < len(words) - 1) or (depth == 1 and hidden.is_branch(word)):
            return False
    return depth == 0 and hidden.is_opening(words[0])


def _apart(fragment: str, hidden: Placeholders) -> list[str]:
    # Only tags around a single block may become elements of their own; inside a block, a list or a box they stay.
    block = r"<(p|h[1-4])>(?:(?!</?\3>).)*</\3>"
    around = rf"((?:{hidden.tag}\s*)*)({block})?((?:\s*{hidden.tag})*)"
    parts = re.fullmatch(around, fragment, re.DOTALL)
    if parts is None or not (parts[1] or parts[4]):
        return [fragment]
    return [*re.findall(hidden.tag, parts[1]), parts[2] or "", *re.findall(hidden.tag, parts[4])]
