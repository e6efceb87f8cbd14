"""An editor's letter → the finished page and text of one language, once, at publishing: only Liquid is left to do."""

from __future__ import annotations

import html as entities
import json
import re
import string
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import css_inline
import mjml as engine

from mail import blocks, brand, card, checking, cleaning, footer, markdown, mjml, plaintext
from mail.blocks import building
from mail.placeholders import Placeholders

SKELETON = Path(__file__).resolve().parent.parent / "templates" / "mail" / "letter.mjml"
CSS = """
.letter p, .letter ul, .letter ol, .letter pre { margin: 0 0 16px; }
.box p, .box ul { margin: 0 0 10px; }
.letter h1, .letter h2, .letter h3, .letter h4 { margin: 0 0 12px; line-height: 1.3; }
.letter h1 { font-size: 26px; } .letter h2 { font-size: 21px; } .letter h3, .letter h4 { font-size: 17px; }
.letter ul, .letter ol { padding: 0 0 0 22px; } .letter li { margin: 0 0 6px; }
.letter img { max-width: 100%; height: auto; }
.surface a { color: house-brand-accent; } .foot a { color: house-brand-quiet; }
.surface .button a { color: house-brand-on-accent; }
.answers a { display: inline-block; padding: 10px 18px; margin: 0 4px 8px 0;
  border: 1px solid house-brand-accent; border-radius: 6px; text-decoration: none; font-weight: 600; }
.logo { display: block; }
.face { padding: 0 16px 0 0; vertical-align: top; }
.face img { border-radius: 32px; display: block; }
.who { vertical-align: middle; font-family: house-brand-font; font-size: 15px; line-height: 1.5; }
.who { color: house-brand-text; }
.foot p { margin: 0 0 8px; }
"""
# mj-table takes no role: without header cells it is there for the layout, and says so to screen readers.
LAYOUT = re.compile(r"<table(?![^>]*\brole=)(?=[^>]*>(?:(?!</table>|<th\b).)*</table>)", re.DOTALL)
SIGNATURE = "sender.signature"  # a letter that says it in its own words does not say it twice
INLINER = css_inline.CSSInliner(
    inline_style_tags=False, keep_style_tags=True, load_remote_stylesheets=False, extra_css=CSS
)


@dataclass(frozen=True)
class Compiled:
    """A letter in one language, ready for `rendering.render`; `warnings` are for the editor and stop nothing."""

    subject: str
    preheader: str
    html: str
    text: str
    warnings: list[str] = field(default_factory=list)

    def texts(self) -> dict[str, str]:
        """The four texts as they are kept with the published version."""
        return {"subject": self.subject, "preheader": self.preheader, "html": self.html, "text": self.text}


class LetterErrors(Exception):
    """Why a letter cannot be published: every reason, in plain words, each naming the place."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


def compile_letter(source: dict[str, Any], *, language: str, marketing: bool = True) -> Compiled:
    """Compile `subject`, `preheader`, `text` and one of `blocks` and `body` (Markdown, or MJML) of one language.

    `marketing` puts the links to choose and stop letters into the footer. The same source always gives the same
    result. LetterErrors with every mistake when something cannot be read, is unknown or may not stand in a letter.
    """
    texts = {name: str(source.get(name) or "").strip() for name in checking.PARTS}
    put_together = source.get("blocks") or []
    _refuse([*checking.strangers(source), *checking.sources(texts, has_blocks=bool(put_together))])
    signed = SIGNATURE in json.dumps([texts, put_together])
    hidden = Placeholders("\0".join([*texts.values(), json.dumps(put_together, sort_keys=True)]))
    if put_together:
        sections, readable, has_card = _put_together(put_together, blocks.Page(hidden, language, signed))
    else:
        sections, readable, has_card = *_content(texts["body"], hidden), False
    compiled = Compiled(
        subject=texts["subject"],
        preheader=texts["preheader"],
        html=_page(
            sections,
            texts,
            hidden,
            language=language,
            marketing=marketing,
            own_card="" if has_card else card.mjml(padding="0", signed=signed),
        ),
        text=(texts["text"] or hidden.show(plaintext.from_html(readable)))
        + "\n\n"
        + footer.text(language, marketing=marketing, signed=signed),
    )
    _refuse(checking.trial(compiled.texts()))
    compiled.warnings.extend(checking.empty_links(compiled.html))
    return compiled


def is_mjml(body: str) -> bool:
    """Whether the body is MJML, not Markdown."""
    return body.lstrip().startswith("<mj-")


def _refuse(errors: list[str]) -> None:
    if errors:
        raise LetterErrors(list(dict.fromkeys(errors)))


def _content(body: str, hidden: Placeholders) -> tuple[str, str]:
    """The body as sections of MJML, and as the HTML from which its text is read."""
    concealed = hidden.hide(body)
    if is_mjml(body):
        _refuse(mjml.errors(concealed, hidden, body))
        sections = mjml.cleaned(concealed, hidden)
        return sections, sections
    _refuse(cleaning.errors(markdown.html(concealed), hidden, body))
    blocks = markdown.blocks(concealed, hidden)
    return markdown.section(blocks, hidden), "\n".join(blocks)


def _put_together(found: Any, page: blocks.Page) -> tuple[str, str, bool]:
    """The blocks as a section of MJML, the HTML for their text, and whether the sender's card is among them."""
    _refuse(building.problems(found, page))
    written = building.parts(found, page)
    has_card = any(block["kind"] == "sender" for block in found)
    return building.section(written), building.readable(written), has_card


def _page(
    sections: str,
    texts: dict[str, str],
    hidden: Placeholders,
    *,
    language: str,
    marketing: bool,
    own_card: str,
) -> str:
    frame = string.Template(hidden.hide(SKELETON.read_text(encoding="utf-8")))
    page = frame.substitute(
        language=entities.escape(language),
        subject=entities.escape(hidden.hide(texts["subject"])),
        preheader=entities.escape(hidden.hide(texts["preheader"])),
        body=sections,
        card=hidden.hide(own_card),
        **brand.words(),
        footer=hidden.hide(footer.html(language, marketing=marketing)),
    )
    try:
        finished = LAYOUT.sub('<table role="presentation"', engine.mjml2html(page, fonts={}))
        return hidden.show(INLINER.inline(finished))
    except ValueError as error:
        raise LetterErrors([f"The MJML cannot be read: {error}"]) from error
