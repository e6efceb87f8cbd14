"""How what members tell of themselves is checked, whichever door it comes through."""

import datetime as dt
import re
import unicodedata
import zoneinfo
from collections.abc import Mapping
from functools import cache
from typing import Any

import email_validator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from members import countries
from office import clock

AHEAD = dt.timedelta(minutes=5)  # clocks differ; what lies further ahead is a mistake
EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)


class Strict(serializers.Serializer[Any]):
    """A body in which every key is known; others are refused by name. A null says the same as leaving it out."""

    def to_internal_value(self, data: Any) -> Any:
        """The checked values. ValidationError names unknown keys together with what else is wrong."""
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        unknown = {str(name): [_("There is no such field.")] for name in data if name not in self._writable()}
        try:
            checked = super().to_internal_value(
                {name: said for name, said in data.items() if said is not None}
            )
        except serializers.ValidationError as error:
            detail = error.detail if isinstance(error.detail, dict) else {}
            raise serializers.ValidationError({**detail, **unknown}) from error
        if unknown:
            raise serializers.ValidationError(unknown)
        return checked

    def _writable(self) -> set[str]:
        return {name for name, field in self.fields.items() if not field.read_only}


class Text(serializers.CharField):
    """Text of one line, kept as sent; characters that steer machines instead of being read are refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, "allow_blank": True, **options})

    def to_internal_value(self, data: Any) -> str:
        """The text; ValidationError for control characters, line ends and halves of characters."""
        text = super().to_internal_value(data)
        if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text):
            raise serializers.ValidationError(_("Leave out line ends and other control characters."))
        return text


class Identifier(Text):
    """What another system calls something: one line, not empty, no space around it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 200, "trim_whitespace": True, "allow_blank": False, **options})


@extend_schema_field(OpenApiTypes.EMAIL)
class EmailAddress(Text):
    """An address letters could go to (RFC 5321, 6531), kept as sent. Whether it exists is not asked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 254, "trim_whitespace": True, **options})

    def to_internal_value(self, data: Any) -> str:
        """The address; ValidationError says what is wrong with it."""
        text = super().to_internal_value(data)
        if not text:
            return text
        try:
            email_validator.validate_email(text, check_deliverability=False, test_environment=True)
        except email_validator.EmailNotValidError as error:
            raise serializers.ValidationError(
                _("This is no e-mail address: %(why)s") % {"why": error}
            ) from error
        return text


class Locale(Text):
    """A language, as RFC 5646 writes it: `da`, `da-DK`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 12, "trim_whitespace": True, **options})

    def to_internal_value(self, data: Any) -> str:
        """The tag, with hyphens where systems write underscores."""
        text = super().to_internal_value(data).replace("_", "-")
        if text and not _LOCALE.fullmatch(text):
            raise serializers.ValidationError(_("Write the language like da or da-DK."))
        return text


class TimeZone(Text):
    """A name of the IANA time zone database."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 60, "trim_whitespace": True, **options})

    def to_internal_value(self, data: Any) -> str:
        """The name, if this machine knows the zone."""
        text = super().to_internal_value(data)
        if text and text not in _zones():
            raise serializers.ValidationError(_("Write the time zone like Europe/Copenhagen."))
        return text


class Country(Text):
    """A country by its two letters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": True, **options})

    def to_internal_value(self, data: Any) -> str:
        """The code in capitals."""
        text = super().to_internal_value(data).upper()
        if text and text not in countries.CODES:
            raise serializers.ValidationError(_("Write the country in two letters, like DK (ISO 3166)."))
        return text


@extend_schema_field(OpenApiTypes.DATETIME)
class Moment(serializers.Field[dt.datetime, Any, str, Any]):
    """An ISO 8601 time; a date alone is midnight, and what names no zone is in UTC.

    With `past_only`, `context["now"]` must be there: what lies over 5 minutes ahead of it is refused.
    """

    def __init__(self, *, past_only: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.past_only = past_only

    def to_internal_value(self, data: Any) -> dt.datetime:
        """The time, aware, UTC."""
        moment = read_moment(data)
        if moment is None:
            raise serializers.ValidationError(_("Write the time like 2026-03-02T22:30:00Z."))
        if self.past_only and moment > self.context["now"] + AHEAD:
            raise serializers.ValidationError(_("This time lies ahead of the clock."))
        return moment

    def to_representation(self, value: dt.datetime) -> str:
        """The time in UTC, ending in Z."""
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


class Greeting(Strict):
    """How a member is called and written to."""

    email = EmailAddress(required=False)
    first_name = Text(required=False, max_length=200)
    last_name = Text(required=False, max_length=200)
    locale = Locale(required=False)
    time_zone = TimeZone(required=False)
    country = Country(required=False)


class Contact(Greeting):
    """How a member is called and reached: what may be changed after joining."""

    phone = Text(required=False, max_length=50)


def read_moment(said: Any) -> dt.datetime | None:
    """The aware UTC time that a text of ISO 8601 names; None for anything else and for times before 1900."""
    if not isinstance(said, str) or len(said) > 40:
        return None
    try:
        moment = clock.parse(said)
    except (ValueError, OverflowError):
        return None
    return moment if moment >= EARLIEST else None


def sentence(errors: Any, path: str = "") -> str:
    """Errors of a checked body in one line: `subscription.amount: A valid integer is required.`"""
    if isinstance(errors, Mapping):
        parts = [sentence(inner, f"{path}.{name}".strip(".")) for name, inner in errors.items()]
        return "; ".join(filter(None, parts))
    if isinstance(errors, list) and any(isinstance(inner, Mapping | list) for inner in errors):
        return "; ".join(filter(None, (sentence(inner, f"{path}.{at}") for at, inner in enumerate(errors))))
    text = " ".join(map(str, errors)) if isinstance(errors, list) else str(errors)
    return f"{path}: {text}" if path and path != "non_field_errors" else text


@cache
def _zones() -> set[str]:
    return zoneinfo.available_timezones()
