"""A file of rules for the whole house: those of the stages, first value, and those by which letters leave."""

import datetime as dt
import tomllib
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mail import sending_rules
from members import first_value, stage_rules
from office.models import User

STAGES = stage_rules.SECTION


class NotLoaded(Exception):
    """Why a file of rules was not taken: every reason, each with its place."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


def load(text: str, now: dt.datetime, user: User | None = None) -> dict[str, bool]:
    """Keeps the rules of a TOML file; what the file does not name stays as it was. All of it, or nothing.

    Returns what the file named, stages, first value and parts of the sending rules, each with whether it changed.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotLoaded([_("this is not TOML: %s") % error]) from error
    known = (STAGES, first_value.SECTION, *sending_rules.PARTS)
    errors = [
        _("unknown section “%(name)s”; this knows %(known)s") % {"name": name, "known": ", ".join(known)}
        for name in sorted(said.keys() - set(known))
    ]
    with transaction.atomic():
        done = _save_stages(said.pop(STAGES, []), now, user, errors)
        done |= _save_first_value(said.pop(first_value.SECTION, {}), now, user, errors)
        parts = {name: said[name] for name in sending_rules.PARTS if name in said}
        done |= _save_sending(parts, now, user, errors)
        if errors:
            raise NotLoaded(list(dict.fromkeys(errors)))
    return done


def _save_stages(said: Any, now: dt.datetime, user: User | None, errors: list[str]) -> dict[str, bool]:
    try:
        rules = stage_rules.of_section(said)
        changed = stage_rules.save(rules, now, user)
    except stage_rules.RuleErrors as error:
        errors += error.errors
        return {}
    return {str(rule["to"]): rule["to"] in changed for rule in rules}


def _save_first_value(said: Any, now: dt.datetime, user: User | None, errors: list[str]) -> dict[str, bool]:
    try:
        rules = first_value.of_section(said)
        changed = first_value.save(rules, now, user)
    except stage_rules.RuleErrors as error:
        errors += error.errors
        return {}
    return {first_value.SECTION: bool(changed)} if rules else {}


def _save_sending(
    parts: dict[str, Any], now: dt.datetime, user: User | None, errors: list[str]
) -> dict[str, bool]:
    try:
        changed = sending_rules.save(parts, now, user)
    except sending_rules.RuleErrors as error:
        errors += error.errors
        return {}
    return {part: part in changed for part in parts}
