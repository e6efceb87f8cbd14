"""What would be a pity to publish and stops nobody: counted on the members who would get it now."""

import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from flows import letters, ways
from flows.editing import field_labels, parts
from flows.editing.letter_form import LANGUAGES
from flows.findings import Finding
from mail import inspecting
from mail.models import Brand, Sender
from mail.models.message import Purpose
from members import conditions
from members.models import Member

TOKEN = re.compile(r"\{\{-?\s*([\w.]+)\s*(\|\s*default:[^}]*)?[^}]*\}\}|\{%-?\s*(\w+)([^%]*)%\}")
BRACKETS = re.compile(r"(?<!\])\[([^\[\]\n{}]{2,60})\](?![(\[:])")  # not those of a link
COLUMNS = {
    "member.first_name": "first_name",
    "member.last_name": "last_name",
    "member.phone": "phone",
    "member.joining_reason": "joining_reason",
    "member.told_by": "told_by",
    "plan.name": "plan__name",
    "plan.sentence": "plan__sentence",
}
STAYING = (Purpose.TRANSACTIONAL, Purpose.DUNNING, Purpose.LEAVING)
Definition = Mapping[str, Any]


def warnings(draft: Definition, now: dt.datetime) -> list[Finding]:
    """Everything worth a second look before this draft is published; a constant number of queries."""
    steps = parts.steps(draft)
    sends = [step for step in steps if step.get("kind") == "send"]
    return [
        *_of_head(draft, now),
        *_unreachable(steps),
        *_endless_waits(steps),
        *_in_a_row(steps),
        *_brackets(draft, sends),
        *_remarks(draft, sends),
        *_foreign(draft, sends),
        *_of_letters(draft, sends, now),
    ]


def bare_fields(text: str) -> set[str]:
    """The fields that a text shows without a fallback and without asking first whether they are known."""
    found, asked = set(), []
    for path, fallback, tag, rest in TOKEN.findall(text):
        if tag in ("if", "unless", "case", "for"):
            asked.append(rest)
        elif tag.startswith("end"):
            asked[-1:] = []
        elif path and not fallback and not any(path in one for one in asked):
            found.add(path)
    return found


def reachable(steps: Sequence[Definition]) -> set[str]:
    """The steps that somebody can come to from the first one."""
    leading = ways.of(steps)
    ahead = [steps[0]["uid"]] if steps else []
    seen: set[str] = set()
    while ahead:
        uid = ahead.pop()
        if uid not in seen:
            seen.add(uid)
            ahead += leading.get(uid, [])
    return seen


def _of_head(draft: Definition, now: dt.datetime) -> Iterator[Finding]:
    if draft.get("purpose") == Purpose.TRANSACTIONAL:
        words = _(
            "Nobody can unsubscribe from these letters. Be sure that they are only about the membership itself."
        )
        yield _warning(words)
    begins = (draft.get("trigger") or {}).get("event")
    if draft.get("purpose") not in STAYING and not draft.get("exit") and begins != "subscription.ended":
        yield _warning(
            _("Nothing makes members leave it: whoever says goodbye goes on getting these letters.")
        )
    if draft.get("entry") and not conditions.problems(draft["entry"]) and not _getting(draft, now).exists():
        yield _warning(_("Nobody whom the register knows today would get in."))


def _unreachable(steps: Sequence[Definition]) -> Iterator[Finding]:
    seen = reachable(steps)
    for step in steps:
        if step["uid"] not in seen:
            yield _warning(_("Nobody can ever come here: no step leads to it."), step["uid"])


def _endless_waits(steps: Sequence[Definition]) -> Iterator[Finding]:
    for step in steps:
        if step.get("kind") == "wait" and step.get("event") and not step.get("timeout"):
            yield _warning(
                _("Whoever waits here waits for ever if it never happens. Say for how long at most."),
                step["uid"],
            )


def _in_a_row(steps: Sequence[Definition]) -> Iterator[Finding]:
    for before, step in itertools.pairwise(steps):
        if before.get("kind") == step.get("kind") == "send":
            yield _warning(
                _("This letter follows the one before it at once. Put a wait between them."), step["uid"]
            )


def _brackets(draft: Definition, sends: Sequence[Definition]) -> Iterator[Finding]:
    """Words in brackets that name no field: most often a field that was mistyped."""
    written = parts.letters(draft)
    for step in sends:
        texts = letters.texts(written.get(str(step.get("letter")), {}), draft)
        words_of_all = [part for text in texts.values() for part in letters.said(text)]
        plain = [TOKEN.sub("", text) for text in words_of_all if not text.lstrip().startswith("<mj")]
        for words in dict.fromkeys(found for text in plain for found in BRACKETS.findall(text)):
            text = _("“[%s]” would be read just like that: there is no such field. Choose one from the list.")
            yield _warning(text % words, step["uid"])


def _remarks(draft: Definition, sends: Sequence[Definition]) -> Iterator[Finding]:
    """What is worth a look in each letter: its subject, its links, its pictures, its weight."""
    written, wanted = parts.letters(draft), Brand.current().languages
    for step in sends:
        letter = written.get(str(step.get("letter")), {})
        found = letters.remarks(letter, draft)
        for code, remarks in found.items():
            about = f"({LANGUAGES.get(code, code)})" if len(found) > 1 else ""
            for remark in remarks:
                field = (
                    {"field": field_labels.label(path)} if (path := dict(remark.values).get("field")) else {}
                )
                yield Finding(inspecting.words(remark, **field), step["uid"], about=about, is_error=False)
        for code in wanted:
            if (
                letter
                and code in LANGUAGES
                and code not in {_language(one) for one in letters.texts(letter, draft)}
            ):
                text = _("Your letters are written in %s too, and this one is not. Add the language.")
                yield _warning(text % LANGUAGES[code], step["uid"])


def _foreign(draft: Definition, sends: Sequence[Definition]) -> Iterator[Finding]:
    """Letters in a language that whoever writes them does not speak: members answer in it. One query."""
    written = parts.letters(draft)
    named = {str(letter.get("sender")) for letter in written.values()}
    people = {row.slug: row for row in Sender.objects.filter(slug__in=named).exclude(languages="")}
    for step in sends:
        letter = written.get(str(step.get("letter")), {})
        writer = people.get(str(letter.get("sender")))
        for code in letters.texts(letter, draft) if writer and letter else ():
            if writer and not writer.speaks(code):
                text = _("%(name)s writes this in %(language)s and does not speak it: who reads the answers?")
                yield _warning(
                    text % {"name": writer.name, "language": LANGUAGES.get(code, code)}, step["uid"]
                )


def _of_letters(draft: Definition, sends: Sequence[Definition], now: dt.datetime) -> Iterator[Finding]:
    if not sends or conditions.problems(draft.get("entry") or {"all": [{"fact": "stage", "op": "exists"}]}):
        return
    written = parts.letters(draft)
    getting = _getting(draft, now)
    counts = {f"n_{name.replace('.', '_')}": _empty(column) for name, column in COLUMNS.items()}
    empty = getting.aggregate(total=Count("pk"), **counts)
    read: Counter[str] = Counter()
    for locale, number in getting.values_list("locale").annotate(Count("pk")):
        read[_language(locale)] += number
    spoken: set[str] = set()
    for step in sends:
        texts = letters.texts(written.get(str(step.get("letter")), {}), draft)
        yield from _empty_fields(step["uid"], texts, empty)
        spoken |= {_language(code) for code in texts}
    yield from _unspoken(spoken, read)
    for step in sends:
        texts = letters.texts(written.get(str(step.get("letter")), {}), draft)
        yield from _missing_languages(step["uid"], texts, {code: read[code] for code in spoken if read[code]})


def _empty_fields(uid: str, texts: Mapping[str, Definition], empty: Mapping[str, int]) -> Iterator[Finding]:
    shown = {path for text in texts.values() for part in letters.said(text) for path in bare_fields(part)}
    for path in sorted(shown & COLUMNS.keys()):
        if number := empty[f"n_{path.replace('.', '_')}"]:
            words = ngettext(
                "“%(field)s” is empty for %(number)d of %(total)d member who would get it. Say what stands there.",
                "“%(field)s” is empty for %(number)d of %(total)d members who would get it. Say what stands there.",
                empty["total"],
            )
            said = {"field": field_labels.label(path), "number": number, "total": empty["total"]}
            yield _warning(words % said, uid)


def _unspoken(spoken: Collection[str], read: Mapping[str, int]) -> Iterator[Finding]:
    """Languages that members read and no letter of the flow speaks: said once, not at every letter."""
    for code, number in sorted(read.items()):
        if code in LANGUAGES and code not in spoken:
            words = ngettext(
                "%(number)d member who would get it reads %(language)s; no letter speaks it.",
                "%(number)d members who would get it read %(language)s; no letter speaks it.",
                number,
            )
            yield _warning(words % {"number": number, "language": LANGUAGES[code]})


def _missing_languages(
    uid: str, texts: Mapping[str, Definition], read: Mapping[str, int]
) -> Iterator[Finding]:
    known = {_language(code) for code in texts}
    own = next(iter(texts), "")
    for code, number in sorted(read.items()):
        if code and code not in known and code in LANGUAGES:
            words = ngettext(
                "%(number)d member reads %(language)s and would get this letter in %(own)s.",
                "%(number)d members read %(language)s and would get this letter in %(own)s.",
                number,
            )
            said = {"number": number, "language": LANGUAGES[code], "own": LANGUAGES.get(own, own)}
            yield _warning(words % said, uid)


def _getting(draft: Definition, now: dt.datetime) -> QuerySet[Member]:
    """The members who fit the flow now; former ones only where its condition asks for them."""
    found = conditions.holds_for(draft.get("entry"), now).order_by()
    return found if draft.get("entry") else found.exclude(stage=Member.Stage.FORMER)


def _empty(column: str) -> Count:
    return Count("pk", filter=Q(**{column: ""}) | Q(**{f"{column}__isnull": True}))


def _language(locale: str) -> str:
    return locale.replace("_", "-").lower().split("-")[0]


def _warning(text: str, uid: str = "") -> Finding:
    return Finding(text, uid, is_error=False)
