"""How a flow begins, whom it is for and when it ends, as a form."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flows import trigger_words
from flows.editing import fields
from flows.editing.letter_form import LANGUAGES
from flows.models.flow import ENDING_PURPOSES
from mail import topics
from mail.models.message import Purpose
from members import building, conditions
from members.models import Segment
from members.models.member import Stage

PURPOSES = (
    (Purpose.ONBOARDING, gettext_lazy("Welcome: help new members to settle in")),
    (Purpose.VALUE, gettext_lazy("Value: show what the membership gives; win back")),
    (Purpose.ASK, gettext_lazy("An ask: bring a friend, answer, recommend")),
    (Purpose.TRANSACTIONAL, gettext_lazy("About the membership itself: everybody gets it")),
    (Purpose.DUNNING, gettext_lazy("Payment reminder")),
    (Purpose.LEAVING, gettext_lazy("Leaving")),
)
BEGINNINGS = (
    ("event", gettext_lazy("something happens to a member")),
    ("stage", gettext_lazy("somebody comes into a stage")),
    ("segment", gettext_lazy("somebody comes into a segment")),
    ("date", gettext_lazy("a date comes near, or has passed")),
    ("every", gettext_lazy("some time has passed, again and again")),
    ("manual", gettext_lazy("somebody here puts members into it")),
)
DATES = (
    ("subscription.current_period_end", gettext_lazy("the membership renews")),
    ("subscription.trial_ends_at", gettext_lazy("the trial ends")),
    ("subscription.card_expires_at", gettext_lazy("the card they pay with expires")),
    ("subscription.started_at", gettext_lazy("the membership began")),
    ("subscription.cancelled_at", gettext_lazy("they said goodbye")),
    ("subscription.access_ends_at", gettext_lazy("a cancelled membership ends")),
    ("subscription.ended_at", gettext_lazy("the membership was over")),
    ("member.joined_at", gettext_lazy("they joined")),
)
ANCHORS = (
    ("joined_at", gettext_lazy("the day they joined")),
    ("subscription.started_at", gettext_lazy("the day the membership began")),
)
SIDES = (("-", gettext_lazy("before")), ("+", gettext_lazy("after")))
AGAIN = (
    ("never", gettext_lazy("never: once in a lifetime")),
    ("after", gettext_lazy("again, some time after it was over")),
    ("per subscription", gettext_lazy("once for each membership")),
)
USUAL_HOUR = "09:00"
Definition = dict[str, Any]
HEAD = (
    "name",
    "purpose",
    "topic",
    "language",
    "trigger",
    "entry",
    "reentry",
    "exit",
    "goal",
    "holdout",
    "hold",
)


class Beginning(forms.Form):
    """The head of a definition. `head()` gives it back once the form is valid."""

    name = forms.CharField(label=gettext_lazy("Name of the flow"), max_length=120)
    purpose = forms.ChoiceField(label=gettext_lazy("What it is for"), choices=PURPOSES)
    topic = forms.ChoiceField(
        label=gettext_lazy("What members call these letters"),
        help_text=gettext_lazy("Only who agreed to letters of this sort gets them, and can stop them."),
        required=False,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language it is written in"),
        help_text=gettext_lazy("Other languages stand beside it in each letter."),
    )
    how = forms.ChoiceField(label=gettext_lazy("It begins when"), choices=BEGINNINGS)
    event = fields.Happening(label=gettext_lazy("What happens"))
    stage = forms.ChoiceField(label=gettext_lazy("Which stage"), choices=Stage.choices, required=False)
    segment = forms.ChoiceField(label=gettext_lazy("Which segment"), required=False)
    offset = fields.Span(
        label=gettext_lazy("How long"), help_text=gettext_lazy("Nothing: on the day itself."), required=False
    )
    side = forms.ChoiceField(label=gettext_lazy("Before or after"), choices=SIDES, required=False)
    date = forms.ChoiceField(label=gettext_lazy("Which date"), choices=DATES, required=False)
    date_at = fields.Clock(label=gettext_lazy("At"), help_text=gettext_lazy("Where the member lives."))
    every = fields.Span(label=gettext_lazy("Every"), required=False)
    anchor = forms.ChoiceField(label=gettext_lazy("Counted from"), choices=ANCHORS, required=False)
    every_at = fields.Clock(label=gettext_lazy("At"), help_text=gettext_lazy("Where the member lives."))
    again = forms.ChoiceField(label=gettext_lazy("The same member may come into it"), choices=AGAIN)
    again_after = fields.Span(label=gettext_lazy("How long after the last time"), required=False)
    exit = fields.Happening(
        label=gettext_lazy("Members leave it at once when"),
        help_text=gettext_lazy("Letters that have not left by then stay here."),
    )
    goal = fields.Happening(label=gettext_lazy("It is meant to lead to"))
    goal_within = fields.Span(label=gettext_lazy("Counted for"), required=False)
    goal_ends = forms.BooleanField(label=gettext_lazy("Reaching it ends the flow for them"), required=False)
    holdout = forms.IntegerField(
        label=gettext_lazy("Share kept out, in per cent"),
        help_text=gettext_lazy(
            "They get nothing of it, so that you can see whether it works. 0 keeps nobody out."
        ),
        min_value=0,
        max_value=99,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
    )
    hold = forms.BooleanField(
        label=gettext_lazy("Every letter waits here for somebody's yes"), required=False
    )

    ways = {
        "event": ("event",),
        "stage": ("stage",),
        "segment": ("segment",),
        "date": ("offset", "side", "date", "date_at"),
        "every": ("every", "anchor", "every_at"),
        "manual": (),
    }

    def __init__(self, data: QueryDict | None, draft: Mapping[str, Any]) -> None:
        self.draft = draft
        super().__init__(data, initial=opened(draft))
        self._offer()
        sent = data is not None and "entry-0-join" in data
        entry = None if conditions.problems(draft.get("entry")) else draft["entry"]
        self.builder = building.read(data, "entry") if sent and data else building.fields(entry, "entry")

    @property
    def grouped(self) -> list[tuple[str, list[Any]]]:
        """The fields of each way to begin."""
        return [(way, [self[name] for name in names]) for way, names in self.ways.items()]

    def named(self, *names: str) -> list[Any]:
        """Several fields, bound."""
        return [self[name] for name in names]

    def clean(self) -> Definition:
        said = self.cleaned_data
        needed = {
            "event": _("Choose what happens."),
            "segment": _("Choose a segment."),
            "every": _("Write how often."),
        }
        name = said.get("how", "")
        if name in needed and name not in self.errors and not said.get(name):
            self.add_error(name, needed[name])
        if said.get("again") == "after" and not said.get("again_after"):
            self.add_error("again_after", _("Write how long after the last time."))
        if said.get("purpose") != Purpose.TRANSACTIONAL and not said.get("topic"):
            self.add_error("topic", _("Choose what members call these letters."))
        if self.asks() and self.builder.errors:
            self.add_error(None, list(self.builder.errors))
        return said

    def asks(self) -> bool:
        """Whether the builder asks anything; an empty one lets everybody in."""
        return any(getattr(part, "about", True) for part in building.atoms_of(self.builder))

    def head(self) -> Definition:
        """The head of the definition; what is left out has its usual meaning."""
        said = self.cleaned_data
        found: Definition = {name: said[name] for name in ("name", "purpose", "language")}
        found["trigger"] = self._trigger()
        if said["topic"] and said["purpose"] != Purpose.TRANSACTIONAL:
            found["topic"] = said["topic"]
        if self.asks():
            found["entry"] = self.builder.condition
        if said["again"] != "never":
            found["reentry"] = f"after {said['again_after']}" if said["again"] == "after" else said["again"]
        if said["exit"]:
            found["exit"] = {"event": said["exit"]}
        return found | self._goal() | self._rest()

    def _trigger(self) -> Definition:
        said = self.cleaned_data
        if said["how"] == "date":
            at = {"at": said["date_at"]} if said["date_at"] else {}
            sign = "-" if said["side"] == "-" else ""
            offset = {"offset": f"{sign}{said['offset']}"} if said["offset"] else {}
            return {"date": said["date"], **offset, **at}
        if said["how"] == "every":
            at = {"at": said["every_at"]} if said["every_at"] else {}
            return {"every": said["every"], "anchor": said["anchor"], **at}
        return {"manual": True} if said["how"] == "manual" else {said["how"]: said[said["how"]]}

    def _goal(self) -> Definition:
        said = self.cleaned_data
        if not said["goal"]:
            return {}
        within = {"within": said["goal_within"]} if said["goal_within"] else {}
        return {"goal": {"event": said["goal"], **within, "ends": said["goal_ends"]}}

    def _rest(self) -> Definition:
        said = self.cleaned_data
        return {
            **({"holdout": said["holdout"] / 100} if said["holdout"] else {}),
            **({"hold": True} if said["hold"] else {}),
        }

    def _offer(self) -> None:
        self.fields["event"].offer(_("Choose …"))  # type: ignore[attr-defined]  # a Happening
        self.fields["exit"].offer(_("nothing makes them leave it"))  # type: ignore[attr-defined]
        self.fields["goal"].offer(_("nothing that is measured"))  # type: ignore[attr-defined]
        known = [(slug, topics.words(slug)) for slug in _with(topics.known(), self.draft.get("topic"))]
        self._choose("topic", [("", _("Choose …")), *known])
        codes = [(code, LANGUAGES.get(code, code)) for code in _with(LANGUAGES, self.initial.get("language"))]
        self._choose("language", codes)
        kept = list(Segment.objects.values_list("slug", "name"))
        self._choose("segment", [("", _("Choose a segment …")), *kept])
        for name, choices in (("date", DATES), ("anchor", ANCHORS)):
            known_ = dict(choices)
            self._choose(name, [(one, known_.get(one, one)) for one in _with(known_, self.initial.get(name))])

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


def opened(draft: Mapping[str, Any]) -> Definition:
    """The head of a definition as the form shows it."""
    trigger, goal = trigger_words.table(draft, "trigger"), trigger_words.table(draft, "goal")
    again = str(draft.get("reentry") or "never")
    offset = str(trigger.get("offset", ""))
    how = next((way for way in ("stage", "segment", "date", "every", "manual") if way in trigger), "event")
    return {
        **{name: draft.get(name, "") for name in ("name", "purpose", "topic", "hold")},
        **{name: trigger.get(name, "") for name in ("event", "stage", "segment", "date", "every", "anchor")},
        "language": draft.get("language") or "en",
        "how": how,
        "offset": "" if offset.lstrip("+-").startswith("0") else offset.lstrip("+-"),
        "side": "+" if offset and not offset.startswith("-") else "-",
        "date_at": trigger.get("at", "" if how == "date" else USUAL_HOUR),
        "every_at": trigger.get("at", "" if how == "every" else USUAL_HOUR),
        "again": "after" if again.startswith("after") else again,
        "again_after": again.removeprefix("after").strip() if again.startswith("after") else "",
        "exit": trigger_words.table(draft, "exit").get("event", ""),
        "goal": goal.get("event", ""),
        "goal_within": goal.get("within", ""),
        "goal_ends": goal.get("ends", draft.get("purpose") in ENDING_PURPOSES),
        "holdout": round(float(draft.get("holdout") or 0) * 100),
    }


def put(draft: Mapping[str, Any], head: Mapping[str, Any]) -> Definition:
    """The draft with this head in place of its own."""
    return {**{name: value for name, value in draft.items() if name not in HEAD}, **head}


def seen(draft: Mapping[str, Any]) -> Definition:
    """The part of a draft that this form changes."""
    return {name: draft[name] for name in HEAD if name in draft}


def _with(known: Any, chosen: Any) -> list[str]:
    names = list(known)
    return [*names, str(chosen)] if chosen and chosen not in names else names
