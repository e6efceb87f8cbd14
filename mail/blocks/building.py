"""Blocks of a letter → the MJML of its page: checked first, then each written by its kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from mail import blocks, checking, cleaning, merge_fields
from mail.blocks import Block, Field, Page


def problems(found: Any, page: Page) -> list[str]:
    """Everything wrong with these blocks, each naming its block and its field."""
    if not isinstance(found, list) or not all(isinstance(block, dict) for block in found):
        return [_("The blocks must be a list of tables")]
    if len(found) > blocks.MOST:
        return [
            _("There are too many blocks: %(number)d, at most %(most)d")
            % {"number": len(found), "most": blocks.MOST}
        ]
    return [
        f"{blocks.place(number, block)}: {wrong}"
        for number, block in enumerate(found, 1)
        for wrong in _wrong(block, page)
    ]


def parts(found: Sequence[Block], page: Page) -> list[blocks.Part]:
    """The blocks as parts of the page. They must have no problems."""
    return [part for block in found for part in _guarded(block, page)]


def section(written: Sequence[blocks.Part]) -> str:
    """The parts as one MJML section of one column."""
    inside = "\n".join(part.mjml for part in written)
    return f'<mj-section css-class="side"><mj-column>{inside}</mj-column></mj-section>'


def readable(written: Sequence[blocks.Part]) -> str:
    """The parts as the HTML from which the text of the letter is read."""
    return "\n".join(part.mjml if part.readable is None else part.readable for part in written)


def where(path: str, inside: Sequence[blocks.Part], page: Page) -> list[blocks.Part]:
    """The parts, shown only to members of whom the field `path` is known."""
    begin, end = page.hidden.hide(f"{{% if {path} != blank %}}"), page.hidden.hide("{% endif %}")
    return [_loose(begin), *inside, _loose(end)]


def _guarded(block: Block, page: Page) -> list[blocks.Part]:
    inside: list[blocks.Part] = blocks.kind(block["kind"]).parts(block, page)
    path = blocks.guard(block)
    return where(path, inside, page) if path else inside


def _loose(word: str) -> blocks.Part:
    return blocks.Part(f"<mj-raw><!--{word}--></mj-raw>")


def _wrong(block: Block, page: Page) -> Iterator[str]:
    name = block.get("kind")
    if name not in blocks.names():
        yield _unknown()
        return
    known = {one.name for one in blocks.fields(name)} | blocks.KEYS
    yield from (_("it has no “%s”") % key for key in block if key not in known)
    wrong = [said for one in blocks.fields(name) for said in _of_field(block, one)]
    asked = block.get(blocks.GUARD)
    if asked and (not isinstance(asked, str) or merge_fields.find(asked) is None):
        wrong.append(_("there is no field %s") % asked)
    yield from wrong
    if not wrong and hasattr(blocks.kind(name), "problems"):
        yield from blocks.kind(name).problems(block, page)


def _unknown() -> str:
    return _("there is no such block; there are %s") % ", ".join(blocks.names())


def _of_field(block: Block, one: Field) -> Iterator[str]:
    value = block.get(one.name, "")
    said = str(one.label)
    if not isinstance(value, str):
        yield _("“%s” must be a text") % said
    elif not value.strip():
        if one.is_needed:
            yield _("“%s” is empty") % said
    elif one.choices and value not in dict(one.choices):
        yield _("“%(field)s” must be one of %(choices)s") % {
            "field": said,
            "choices": ", ".join(dict(one.choices)),
        }
    else:
        wrong = checking.block_text(said, value, one.longest)
        yield from wrong
        if one.kind == "link" and not wrong and (error := cleaning.address_error(value.strip(), value)):
            yield error
