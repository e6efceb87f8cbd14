"""The sending rules as fields of a form: from the rules that hold, and back from what somebody sent."""

import datetime as dt
from collections.abc import Sequence
from itertools import permutations
from typing import Any

from django.http import QueryDict

from dashboard.sending import names, reading
from mail import sending_rules
from mail.calendar import WEEKDAYS
from mail.models.message import Purpose
from members import durations

CAPS, SPARE_ROWS, MOST_ROWS = 2, 2, 60


def of(definition: sending_rules.Definition, today: dt.date) -> reading.Form:
    """The fields for these rules; days of every year are shown with the year they come next."""
    quiet, asks = definition.get("quiet_hours") or {}, definition.get("ask_budget") or {}
    for_all, for_asks, kept = _windows(definition.get("windows", ()))
    caps = list(definition.get("caps", ()))
    spared = [cap.get("spares", []) for cap in caps]
    values: dict[str, Any] = {
        "quiet_from": quiet.get("from", ""),
        "quiet_to": quiet.get("to", ""),
        "open_from": for_all.get("from", ""),
        "open_to": for_all.get("to", ""),
        "open_days": for_all.get("days", list(WEEKDAYS)),
        "ask_days": for_asks.get("days", list(WEEKDAYS)),
        "spare": sorted({purpose for each in spared for purpose in each}),
        "asks": asks.get("asks", ""),
        "order": _order(definition),
        "priorities": list(definition.get("priorities") or Purpose.values),
        "feasts": [str(one["easter"]) for one in definition.get("blackout", ()) if "easter" in one],
        "caps": [_cap(place, caps) for place in range(max(CAPS, len(caps)))],
        "free": _free_rows(definition, today),
        **_span("asks_within", asks.get("within", "365d")),
        **_span("asks_apart", asks.get("apart", "")),
        **_span("surveys_apart", definition.get("surveys_apart", sending_rules.SURVEYS_APART)),
        "note": "",
    }
    return reading.Form(values, kept, said=dict(definition))


def sent(post: QueryDict, before: sending_rules.Definition, today: dt.date) -> reading.Form:
    """The fields as somebody sent them, checked; windows that only a file can say stay as they are."""
    form = of(before, today)
    values = form.values
    for name in ("quiet_from", "quiet_to", "open_from", "open_to", "asks", "order", "note"):
        values[name] = post.get(name, "").strip()
    for name in ("open_days", "ask_days", "spare", "feasts"):
        values[name] = post.getlist(name)
    for name in ("asks_within", "asks_apart", "surveys_apart"):
        values |= {name: post.get(name, "").strip(), f"{name}_unit": post.get(f"{name}_unit", "d")}
    for row in values["caps"]:
        row |= {
            key: post.get(f"cap_{row['place']}_{key}", "").strip() for key in ("letters", "within", "unit")
        }
    rows = min(sum(name.startswith("free_from_") for name in post), MOST_ROWS)
    values["free"] = [_sent_free(post, place) for place in range(rows)]
    reading.read(form)
    return form


def orders() -> list[tuple[str, str]]:
    """In which order letters that a limit holds back may go first."""
    return [(",".join(order), names.purposes(order)) for order in permutations(names.LIMITED)]


def _order(definition: sending_rules.Definition) -> str:
    said = definition.get("priorities") or Purpose.values
    return ",".join(purpose for purpose in said if purpose in names.LIMITED)


def _windows(said: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """The window for all letters, the days for asks, and what these fields cannot show."""
    for_all: dict[str, Any] = {}
    for_asks: dict[str, Any] = {}
    kept = []
    for window in said:
        if not window.get("purposes") and not for_all:
            for_all = window
        elif window.keys() == {"purposes", "days"} and window["purposes"] == [Purpose.ASK] and not for_asks:
            for_asks = window
        else:
            kept.append(window)
    return for_all, for_asks, kept


def _cap(place: int, caps: Sequence[dict[str, Any]]) -> dict[str, Any]:
    cap = caps[place] if place < len(caps) else {}
    span = _span("within", cap.get("within", ""))
    return {
        "place": place,
        "letters": cap.get("letters", ""),
        "within": span["within"],
        "unit": span["within_unit"],
    }


def _span(name: str, text: str) -> dict[str, Any]:
    number, unit = durations.parse(text) if text else ("", "d")
    return {name: str(number), f"{name}_unit": unit}


def _free_rows(definition: sending_rules.Definition, today: dt.date) -> list[dict[str, Any]]:
    rows = [one for one in definition.get("blackout", ()) if "easter" not in one]
    shown = [_free(place, one, today) for place, one in enumerate(rows)]
    empty = {"from": "", "to": "", "name": "", "yearly": True}
    return shown + [{"place": len(rows) + more, **empty} for more in range(SPARE_ROWS)]


def _free(place: int, one: dict[str, Any], today: dt.date) -> dict[str, Any]:
    start, until = one["from"], one.get("to", one["from"])
    is_yearly = len(start) == len("MM-DD")
    if is_yearly:
        year = today.year + (max(start, until) < f"{today:%m-%d}")
        start, until = f"{year}-{start}", f"{year + (until < start)}-{until}"
    return {"place": place, "from": start, "to": until, "name": one.get("name", ""), "yearly": is_yearly}


def _sent_free(post: QueryDict, place: int) -> dict[str, Any]:
    said = {key: post.get(f"free_{key}_{place}", "").strip() for key in ("from", "to", "name")}
    return {"place": place, **said, "yearly": f"free_yearly_{place}" in post}
