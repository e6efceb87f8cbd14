"""From the fields that somebody sent to sending rules, and from what is wrong with these to the field it stands in."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from dashboard.sending import names
from mail import sending_rules
from mail.calendar import WEEKDAYS
from mail.models.message import Purpose


@dataclass
class Form:
    """What stands in each field, which errors belong to it, and the rules that the fields say.

    `kept` are windows that only a file can say. An error without a field of its own has the name "".
    """

    values: dict[str, Any]
    kept: list[dict[str, Any]]
    errors: dict[str, list[str]] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)


def read(form: Form) -> None:
    """Writes down the rules that the fields say, and what is wrong with them."""
    reader = Reader(form)
    form.said = reader.definition()
    for problem in sending_rules.problems(form.said):
        place, _colon, text = problem.partition(": ")
        reader.wrong(place, text)
    for row in form.values["caps"]:
        row["errors"] = _of_row(form, [f"cap_{row['place']}_{key}" for key in ("letters", "within")])
    for row in form.values["free"]:
        row["errors"] = _of_row(form, [f"free_{key}_{row['place']}" for key in ("from", "to")])


def _of_row(form: Form, fields: list[str]) -> list[str]:
    return list(dict.fromkeys(text for name in fields for text in form.errors.get(name, ())))


def number(text: str) -> int | str:
    """The number that was written; whatever else it is, as it stands, to be refused."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text


class Reader:
    """Turns fields into rules, and remembers which field each place of the rules came from."""

    def __init__(self, form: Form) -> None:
        self.form, self.values, self.places = form, form.values, dict[str, str]()

    def definition(self) -> dict[str, Any]:
        """All parts; an empty one takes the part away."""
        return {
            "quiet_hours": self._quiet(),
            "windows": [*self._windows(), *self.form.kept],
            "blackout": self._blackout(),
            "caps": self._caps(),
            "ask_budget": self._asks(),
            "surveys_apart": self._surveys(),
            "priorities": self._priorities(),
        }

    def wrong(self, place: str, text: str) -> None:
        """Puts an error beside the field it belongs to, or, where there is none, above all."""
        known = [name for name in (place, place.rpartition(".")[0]) if name in self.places]
        field = self.places[known[0]] if known else ""
        sentence = text[:1].upper() + text[1:]
        self.form.errors.setdefault(field, []).append(sentence)

    def _quiet(self) -> dict[str, str]:
        self.places |= {
            "quiet_hours.from": "quiet_from",
            "quiet_hours.to": "quiet_to",
            "quiet_hours": "quiet_to",
        }
        return self._filled({"from": "quiet_from", "to": "quiet_to"})

    def _windows(self) -> list[dict[str, Any]]:
        for_all: dict[str, Any] = self._filled({"from": "open_from", "to": "open_to"})
        if for_all.get("to") == "00:00":
            for_all["to"] = "24:00"
        found = []
        if set(self.values["open_days"]) != set(WEEKDAYS):
            for_all["days"] = self.values["open_days"]
        if for_all:
            found.append(for_all)
            names_of = {"from": "open_from", "to": "open_to", "days": "open_days"}
            self.places |= {f"windows[1].{key}": name for key, name in names_of.items()}
        if set(self.values["ask_days"]) != set(WEEKDAYS):
            found.append({"purposes": [Purpose.ASK.value], "days": self.values["ask_days"]})
            self.places[f"windows[{len(found)}].days"] = "ask_days"
        return found

    def _blackout(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for row in self.values["free"]:
            if not (row["from"] or row["to"] or row["name"]):
                continue
            start, until = row["from"], row["to"] or row["from"]
            if row["yearly"]:
                start, until = start[5:], until[5:]
            said = {"from": start, "to": until, "name": row["name"]}
            found.append({key: value for key, value in said.items() if value or key == "from"})
            for key in ("from", "to"):
                self.places[f"blackout[{len(found)}].{key}"] = f"free_{key}_{row['place']}"
        known = dict(names.feasts())
        found += [{"easter": int(one), "name": known[one]} for one in self.values["feasts"] if one in known]
        return found

    def _caps(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for row in self.values["caps"]:
            if not (row["letters"] or row["within"]):
                continue
            cap = {"letters": number(row["letters"]), "within": row["within"] + row["unit"]}
            spared = [purpose for purpose in names.LIMITED if purpose in self.values["spare"]]
            found.append(cap | ({"spares": spared} if spared else {}))
            for key in ("letters", "within"):
                self.places[f"caps[{len(found)}].{key}"] = f"cap_{row['place']}_{key}"
        return found

    def _asks(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.values["asks"]:
            found = {"asks": number(self.values["asks"]), "within": self._duration("asks_within")}
        if self.values["asks_apart"]:
            found["apart"] = self._duration("asks_apart")
        fields = {"asks": "asks", "within": "asks_within", "apart": "asks_apart"}
        self.places |= {f"ask_budget.{key}": name for key, name in fields.items()}
        return found

    def _surveys(self) -> str:
        self.places["surveys_apart"] = "surveys_apart"
        return self._duration("surveys_apart") if self.values["surveys_apart"] else ""

    def _priorities(self) -> list[str]:
        """The limited purposes in their order, in the places that they had among all."""
        before = self.values["priorities"]
        wanted = iter(self.values["order"].split(","))
        if sorted(self.values["order"].split(",")) != sorted(names.LIMITED):
            self.form.errors["order"] = [_("Choose one of these.")]
            return []
        order = [next(wanted) if purpose in names.LIMITED else purpose for purpose in before]
        return [] if order == list(Purpose.values) else order

    def _filled(self, fields: dict[str, str]) -> dict[str, str]:
        said = {key: self.values[name] for key, name in fields.items()}
        return said if any(said.values()) else {}

    def _duration(self, name: str) -> str:
        return str(self.values[name]) + str(self.values[f"{name}_unit"])
