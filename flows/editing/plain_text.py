"""Letters as people write them: fields and conditions stand as words in brackets, and become Liquid when kept.

    Hello [first name, else friend]            {{ member.first_name | default: 'friend' }}
    [if member number is known] … [end]        {% if member.number != blank %} … {% endif %}

What Liquid can do beyond that is shown as `[technical 1]` and kept as it was. Who knows Liquid may write it.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from flows.editing import field_labels
from mail import merge_fields, rendering

LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
BRACKETS = re.compile(r"\[([^\[\]\n]{1,200})\](?!\()")
OUTPUT = re.compile(
    r"\{\{-?\s*([\w.]+)\s*(?:\|\s*default:\s*(?:'([^'\[\]\n]*)'|\"([^\"\[\]\n]*)\")\s*)?-?\}\}", re.DOTALL
)
CONDITION = re.compile(r"\{%\s*(if|elsif)\s+(.*?)\s*%\}", re.DOTALL)
TERM = re.compile(r"([\w.]+)(?:\s*(!=|==)\s*blank)?")
MARKS = {"{% else %}": "otherwise", "{% endif %}": "end"}


def friendly(liquid: str) -> str:
    """The text with words in brackets in place of its Liquid."""
    technical = _technical(liquid)

    def said(found: re.Match[str]) -> str:
        words = _words(found[0])
        return f"[{words}]" if words else f"[{_technical_word(technical.index(found[0]) + 1)}]"

    return LIQUID.sub(said, liquid)


def liquid(written: str, before: str = "") -> str:
    """What somebody wrote as Liquid. `before` is what the text was: untouched, it stays to the letter.

    Words in brackets that name no field stay as they are.
    """
    written = written.replace("\r\n", "\n").strip()
    if written == friendly(before).strip():
        return before
    technical = _technical(before)
    return BRACKETS.sub(lambda found: _code(found[1].strip(), technical) or found[0], written)


def told(liquid_text: str) -> str:
    """The text as it is for somebody of whom everything is known, with the names of the fields in brackets."""
    values: dict[str, Any] = {}
    for name in merge_fields.FIELDS:
        branch, dot, leaf = name.partition(".")
        if dot and "." not in leaf and "[]" not in name:
            values.setdefault(branch, {})[leaf] = f"[{field_labels.label(name)}]"
    try:
        return rendering.line(liquid_text, values)
    except rendering.RenderError:
        return friendly(liquid_text)


def strangers(written: str) -> list[str]:
    """Words in brackets that look like a field and name none."""
    looks = re.compile(rf"^(?:{_('if')}\s|.*,\s*{_('else')}\s)", re.IGNORECASE)
    return [
        found[1] for found in BRACKETS.finditer(written) if looks.match(found[1]) and not _code(found[1], ())
    ]


def _technical(text: str) -> list[str]:
    """The Liquid that has no words, each once, in the order of the text."""
    return list(dict.fromkeys(code for code in LIQUID.findall(text) if not _words(code)))


def _technical_word(number: int) -> str:
    return _("technical %d") % number


def _words(code: str) -> str:
    """The words for one piece of Liquid; empty where there are none."""
    if mark := MARKS.get(" ".join(code.replace("{%-", "{%").replace("-%}", "%}").split())):
        return {"otherwise": _("otherwise"), "end": _("end")}[mark]
    if found := CONDITION.fullmatch(code):
        return _condition_words(found[1], found[2])
    found = OUTPUT.fullmatch(code)
    if not found or field_labels.path(field_labels.label(found[1])) != found[1]:
        return ""
    fallback = found[2] if found[2] is not None else found[3]
    label = field_labels.label(found[1])
    return f"{label}, {_('else')} {fallback}" if fallback else label


def _condition_words(tag: str, asked: str) -> str:
    joint = "or" if re.search(r"\sor\s", asked) else "and"
    parts = [TERM.fullmatch(part.strip()) for part in re.split(r"\s(?:and|or)\s", asked)]
    is_mixed = bool(re.search(r"\sor\s", asked) and re.search(r"\sand\s", asked))
    signs = {part[2] or "!=" for part in parts if part}
    if is_mixed or not all(parts) or len(signs) != 1:
        return ""
    labels = [field_labels.label(part[1]) for part in parts if part]
    if any(field_labels.path(label) is None for label in labels):
        return ""
    begin = _("if") if tag == "if" else _("or if")
    end = _("is known") if signs == {"!="} else _("is not known")
    return f"{begin} {f' {_(joint)} '.join(labels)} {end}"


def _code(words: str, technical: Sequence[str]) -> str:
    """The Liquid for words in brackets; empty where they name nothing."""
    for number, kept in enumerate(technical, 1):
        if words == _technical_word(number):
            return kept
    lowered = words.lower()
    if lowered in (_("otherwise"), "otherwise"):
        return "{% else %}"
    if lowered in (_("end"), "end"):
        return "{% endif %}"
    return _condition_code(words) or _output_code(words)


def _output_code(words: str) -> str:
    pieces = re.split(rf",\s*(?:{_('else')}|else)\s+", words, maxsplit=1)
    path = field_labels.path(pieces[0])
    if path is None:
        return ""
    if len(pieces) == 1:
        return f"{{{{ {path} }}}}"
    quote = '"' if "'" in pieces[1] else "'"
    return f"{{{{ {path} | default: {quote}{pieces[1].strip().replace(quote, '’')}{quote} }}}}"


def _condition_code(words: str) -> str:
    for begin, end, tag, sign in _shapes():
        found = re.fullmatch(rf"{begin}\s+(.+?)\s+{end}", words, re.IGNORECASE)
        if not found:
            continue
        for said, joint in ((_("or"), "or"), (_("and"), "and"), ("or", "or"), ("and", "and")):
            paths = [field_labels.path(part) for part in re.split(rf"\s{said}\s", found[1])]
            if all(paths):
                return f"{{% {tag} {f' {joint} '.join(f'{path} {sign} blank' for path in paths)} %}}"
    return ""


def _shapes() -> list[tuple[str, str, str, str]]:
    """How a condition begins and ends in words; the longer ends first, so that "is not known" is no "is known"."""
    ends = [(_("is not known"), "=="), ("is not known", "=="), (_("is known"), "!="), ("is known", "!=")]
    begins = [(_("or if"), "elsif"), ("or if", "elsif"), (_("if"), "if"), ("if", "if")]
    return [(begin, end, tag, sign) for end, sign in ends for begin, tag in begins]
