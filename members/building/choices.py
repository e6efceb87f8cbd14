"""The fields of a row, with their choices in plain words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import atoms, event_words, fact_words, facts
from members.building.tree import Row
from members.building.words import AT_LEAST, COUNTED, COUNTS, OPS, PERIODS, THEMES, TIMES, UNITS
from members.models import Event, MemberTag, Plan, Segment, UsageDay

SUGGESTED = 100
LATE = 500  # rows
ANY_USE = "usage.*"
MONEY = gettext_lazy("as in 900 or 49.50")


@dataclass(frozen=True)
class Option:
    """One choice."""

    word: str
    text: str
    is_chosen: bool


@dataclass(frozen=True)
class Field:
    """One field of a row. `kind`: select, themes (a select in groups), checks, text or number.

    `opens` says that the fields after it depend on it. `after` is what stands behind it: the unit.
    """

    kind: str
    name: str
    label: str
    value: str = ""
    options: Sequence[Option] = ()
    themes: Sequence[tuple[str, Sequence[Option]]] = ()
    suggestions: Sequence[str] = ()
    after: str = ""
    before: str = ""
    opens: bool = False


Pairs = Iterable[tuple[str, str]]


def of(row: Row) -> list[Field]:
    """The fields of a row, the first being what it is about."""
    about = Field("themes", "about", _("What is asked"), row.about, themes=_themes(row.about), opens=True)
    if row.about.startswith("fact:"):
        fact = facts.FACTS.get(row.about.removeprefix("fact:"))
        return [about, *_of_fact(row, fact)] if fact else [about]
    more = {"event": _of_event, "segment": _of_segment, "flow": _of_flow}
    return [about, *more[row.about](row)] if row.about in more else [about]


def _of_fact(row: Row, fact: facts.Fact) -> list[Field]:
    ops = OPS[fact.type]
    chosen = row.get("op") if row.get("op") in dict(ops) else ops[0][0]
    op = _select("op", _("How it is compared"), [(word, str(text)) for word, text in ops], chosen, opens=True)
    if chosen in ("known", "unknown"):
        return [op]
    pairs = _pairs(fact)
    label, value = _("Compared with"), row.get("value")
    if pairs and chosen == "in":
        picked = row.typed.get("value", [])
        return [op, Field("checks", "value", label, options=[Option(w, t, w in picked) for w, t in pairs])]
    if pairs:
        return [op, _select("value", label, pairs, value)]
    after = str(MONEY) if fact.unit == fact_words.MONEY else str(UNITS.get(fact.unit, fact.unit))
    after = _("with commas between") if chosen == "in" and fact.type != "number" else after
    kind = "number" if fact.type in ("number", "days") and chosen != "in" else "text"
    suggestions = _suggested(fact) if chosen != "in" else ()
    return [op, Field(kind, "value", label, value, after=after, suggestions=suggestions)]


def _of_event(row: Row) -> list[Field]:
    named = [
        (ANY_USE, _("Used anything")),
        *((name, str(said)) for name, said in event_words.SENTENCES.items()),
    ]
    event, name = row.get("event"), row.get("name")
    if event and event != "other" and event not in dict(named):
        event, name = "other", event
    named.append(("other", _("Something else, by its name")))
    found = [_select("event", _("What happened"), named, event, opens=True)]
    if event == "other":
        asked, example = _("Name of what happened"), _("as in usage.visit")
        found.append(Field("text", "name", asked, name, after=example, suggestions=_heard_of_late()))
    op = row.get("op") if row.get("op") in dict(COUNTS) else AT_LEAST
    found.append(_select("op", _("How often"), [(w, str(t)) for w, t in COUNTS], op, opens=True))
    if op != "never":
        found += _of_number(row, event)
    inside = _("In the last how many")
    found.append(Field("number", "span", inside, row.get("span"), before=_("in the last")))
    periods = [(word, str(text)) for word, text in PERIODS]
    return [*found, _select("unit", _("Days, weeks or longer"), periods, row.get("unit") or "d")]


def _of_number(row: Row, event: str) -> list[Field]:
    """How many, and what is counted: the times, or of use the days."""
    number = row.get("number") or "1"
    if event != "other" and not event.startswith("usage."):
        return [Field("number", "number", _("How many times"), number, after=_("times"))]
    ways = [(word, str(text)) for word, text in COUNTED]
    chosen = row.get("counted") if row.get("counted") in dict(COUNTED) else TIMES
    return [
        Field("number", "number", _("How many"), number),
        _select("counted", _("Times or days"), ways, chosen),
    ]


def _of_segment(row: Row) -> list[Field]:
    ways = [("in", _("is in")), ("out", _("is not in"))]
    kept = [(one.slug, one.name) for one in Segment.objects.only("slug", "name")]
    return [
        _select("op", _("In or not"), ways, row.get("op") or "in"),
        _select("segment", _("Which segment"), kept, row.get("segment")),
    ]


def _of_flow(row: Row) -> list[Field]:
    ways = [("in", _("is or was in")), ("out", _("is not, and was not, in"))]
    asked = atoms.offered("flow")
    known = asked.known() if asked else []
    states = [("", _("in any way")), *(asked.states() if asked else [])]
    return [
        _select("op", _("In or not"), ways, row.get("op") or "in"),
        _select("flow", _("Which flow"), known, row.get("flow")),
        _select("state", _("How it stands there"), states, row.get("state"), has_blank=False),
    ]


def _select(
    name: str, label: str, pairs: Pairs, chosen: str, *, opens: bool = False, has_blank: bool = True
) -> Field:
    """A choice of one; a chosen word that is gone stays, by its own name, until another is chosen."""
    known = list(pairs)
    if chosen not in dict(known) and (has_blank or chosen):
        known.insert(0, (chosen, chosen or _("Choose …")))
    return Field(
        "select", name, label, chosen, options=[Option(w, t, w == chosen) for w, t in known], opens=opens
    )


def _themes(about: str) -> list[tuple[str, list[Option]]]:
    found = []
    placed = {name for _title, names in THEMES for name in names}
    rest = tuple(f"fact:{name}" for name in facts.FACTS if f"fact:{name}" not in placed)
    for title, names in (*THEMES, (gettext_lazy("Other"), rest)):
        listed = [Option(name, text, name == about) for name in names if (text := _meaning(name))]
        if listed:
            found.append((str(title), listed))
    return found


def _meaning(about: str) -> str:
    others = {"event": _("Something happened"), "segment": _("In a segment"), "flow": _("In a flow")}
    fact = facts.FACTS.get(about.removeprefix("fact:"))
    return others.get(about) or (str(fact.meaning) if fact else "")


def _pairs(fact: facts.Fact) -> list[tuple[str, str]]:
    """The words that a fact can have, with how they are said; none where anything may be typed."""
    if fact.type == "boolean":
        return [("yes", _("yes")), ("no", _("no"))]
    if fact.name == "plan":
        return list(Plan.objects.order_by("name").values_list("slug", "name"))
    return [(word, fact_words.value(fact, word)) for word in fact.choices]


def _heard_of_late() -> Sequence[str]:
    """Names of what happened and was used of late; the newest rows alone are read, however many there are."""
    names: set[str] = set()
    for model in (Event, UsageDay):
        names.update(model.objects.order_by("-pk").values_list("name", flat=True)[:LATE])
    return sorted(names - set(event_words.SENTENCES))


def _suggested(fact: facts.Fact) -> Sequence[str]:
    if fact.name != "tags":
        return ()
    return list(MemberTag.objects.order_by("tag").values_list("tag", flat=True).distinct()[:SUGGESTED])
