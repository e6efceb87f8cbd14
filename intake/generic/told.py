"""What `value.*` and `survey.answered` say in their data: every door asks the same of them, before anything is written.

`value.*`: `{amount, unit, currency?, saved?}`; left out altogether it is one of its kind. `amount` counts the `unit`
(of money: minor units of `currency`); `saved` is the money it saved, in minor units, or whether `amount` is that.
`survey.answered`: `score` from 0 to 10, `question`, `answer`. Other keys are kept as sent.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from intake.outcomes import NotUnderstood

VALUE, SURVEY = "value.", "survey.answered"
MOST = 10**15
BEST = 10  # “how likely are you to recommend us?” is answered from 0 to 10
LONGEST = {"unit": 40, "question": 500, "answer": 5000}
CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)
Data = Mapping[str, Any]


def check(kind: str, data: Data) -> None:
    """NotUnderstood names what is wrong with the data of an event of this name; other names say what they like."""
    if kind.startswith(VALUE) and data.keys() - {"member"}:
        _check_value(data)
    elif kind == SURVEY:
        _check_answer(data)


def _check_value(data: Data) -> None:
    if not _is_number(data.get("amount")):
        raise NotUnderstood(_("data.amount: send a number, such as 1 or 4900."))
    if not _is_text(data.get("unit"), "unit"):
        raise NotUnderstood(_("data.unit: say in a word what is counted, such as evening or DKK."))
    if "currency" in data and not (
        isinstance(data["currency"], str) and CURRENCY.fullmatch(data["currency"])
    ):
        raise NotUnderstood(_("data.currency: write the currency in three letters, like EUR (ISO 4217)."))
    saved = data.get("saved", False)
    if not isinstance(saved, bool) and not (type(saved) is int and 0 <= saved <= MOST):
        raise NotUnderstood(_("data.saved: send whole minor units (cents, øre), or true or false."))


def _check_answer(data: Data) -> None:
    score = data.get("score")
    if score is not None and (type(score) is not int or not 0 <= score <= BEST):
        raise NotUnderstood(_("data.score: send a whole number from 0 to 10."))
    if data.get("question") is not None and not _is_text(data["question"], "question"):
        raise NotUnderstood(_("data.question: send a text of 1 to 500 characters."))
    answer = data.get("answer")
    if answer is not None and not _is_number(answer) and not _is_text(answer, "answer"):
        raise NotUnderstood(_("data.answer: send a text of 1 to 5000 characters, or a number."))


def _is_number(said: Any) -> bool:
    is_one = isinstance(said, int | float) and not isinstance(said, bool)
    return is_one and math.isfinite(said) and abs(said) <= MOST


def _is_text(said: Any, name: str) -> bool:
    return isinstance(said, str) and len(said.strip()) > 0 and len(said) <= LONGEST[name]
