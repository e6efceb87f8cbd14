"""What the columns of a spreadsheet mean: by what staff decided last time, else by their headings."""

import re
from collections.abc import Mapping, Sequence

from intake.importing import kinds, people
from intake.importing.models import ColumnChoice

FULL_NAME = "full_name"
LEFT = "left_at"  # of lists of members: who left is no member any more
BORN = "born"  # the day itself, read to tell people apart and never kept
LEFT_OUT = ""
NAMING_PEOPLE = ("members", "uses")
# Headings as people write them, in English and Danish, without spaces and signs.
KNOWN = {
    "number": "external_id",
    "membernumber": "external_id",
    "memberno": "external_id",
    "memberid": "external_id",
    "id": "external_id",
    "medlemsnummer": "external_id",
    "medlemsnr": "external_id",
    "nr": "external_id",
    "mail": "email",
    "emailaddress": "email",
    "epost": "email",
    "firstname": "first_name",
    "givenname": "first_name",
    "fornavn": "first_name",
    "lastname": "last_name",
    "surname": "last_name",
    "familyname": "last_name",
    "efternavn": "last_name",
    "name": FULL_NAME,
    "fullname": FULL_NAME,
    "navn": FULL_NAME,
    "mobile": "phone",
    "telephone": "phone",
    "phonenumber": "phone",
    "telefon": "phone",
    "mobil": "phone",
    "language": "locale",
    "sprog": "locale",
    "land": "country",
    "joined": "joined_at",
    "membersince": "joined_at",
    "since": "joined_at",
    "startdate": "joined_at",
    "indmeldt": "joined_at",
    "indmeldelsesdato": "joined_at",
    "membership": "plan",
    "kontingent": "plan",
    "medlemskab": "plan",
    "birthdate": "birth_year",
    "dateofbirth": "birth_year",
    "birthday": "birth_year",
    "yearofbirth": "birth_year",
    "fødselsdato": "birth_year",
    "fødselsår": "birth_year",
    **dict.fromkeys(
        (
            "left",
            "leftat",
            "lefton",
            "ended",
            "enddate",
            "resigned",
            "udmeldt",
            "udmeldelsesdato",
            "udmeldtdato",
        ),
        LEFT,
    ),
    **dict.fromkeys(("ophørt", "ophørsdato", "slutdato"), LEFT),
    "family": "household",
    "husstand": "household",
    "amountpaid": "amount",
    "beløb": "amount",
    "paid": "paid_at",
    "date": "paid_at",
    "betalt": "paid_at",
    "valuta": "currency",
    "guardiannumber": "guardian",
    "værge": "guardian",
    "værgesmedlemsnr": "guardian",
}
# In lists about members, not of them, a member's number says whose the line is.
OWNER = {"membernumber", "memberno", "memberid", "medlemsnummer", "medlemsnr"}
NUMBERS = {
    "paymentnumber", "paymentno", "paymentid", "betalingsnr", "betalingsnummer", "bilagsnr", "bilag", "invoice",
    "invoiceno", "fakturanr", "contractnumber", "contractno", "contractid", "aftalenr", "aftalenummer",
}  # fmt: skip
_SUM = re.compile(r"[\d.,\s]+(kr\.?|dkk|,-)?", re.IGNORECASE | re.ASCII)
# What door and booking systems call the columns of a visit.
VISITS = {
    **dict.fromkeys(("number", "id", "nr", "card", "cardnumber", "kort", "kortnummer"), "member"),
    **dict.fromkeys(
        (
            "date",
            "dato",
            "time",
            "tid",
            "tidspunkt",
            "when",
            "datetime",
            "arrival",
            "checkedin",
            "entered",
            "start",
        ),
        "occurred_at",
    ),
    **dict.fromkeys(("activity", "aktivitet", "class", "hold", "event", "booking", "type"), "use"),
}
ADDRESS = re.compile(r"address|adresse|street|road|gade|vej|postcode|postnr|zip|postalcode", re.IGNORECASE)


def fields(kind: str) -> tuple[str, ...]:
    """The columns a list of this kind may have; of members also one with the whole name."""
    columns = kinds.KINDS[kind].COLUMNS
    more = (FULL_NAME, LEFT) if kind == "members" else (FULL_NAME,)
    return (*columns, *more) if kind in NAMING_PEOPLE else columns


def suggested(kind: str, headings: Sequence[str], samples: Sequence[Sequence[str]]) -> list[str]:
    """One meaning per column, no field twice: as remembered, else as the heading says, else kept as own field.

    `samples` are the first lines: a column of sums is no column of plans, whatever stands above it.
    """
    rows = ColumnChoice.objects.filter(kind=kind, heading__in=[key(heading) for heading in headings])
    remembered = dict(rows.values_list("heading", "meaning"))
    found: list[str] = []
    for place, heading in enumerate(headings):
        guess = _by_heading(kind, heading)
        if guess == "plan" and _are_sums([row[place] for row in samples]):
            guess = own(heading) if kind == "members" else LEFT_OUT
        meaning = remembered.get(key(heading), guess)
        found.append(LEFT_OUT if meaning in found and meaning in fields(kind) else meaning)
    return found


def remember(kind: str, headings: Sequence[str], chosen: Sequence[str]) -> None:
    """Keeps what staff decided, for the next list with these headings."""
    rows = {key(heading): meaning for heading, meaning in zip(headings, chosen, strict=True) if key(heading)}
    ColumnChoice.objects.bulk_create(
        (ColumnChoice(kind=kind, heading=heading, meaning=meaning) for heading, meaning in rows.items()),
        update_conflicts=True,
        unique_fields=["kind", "heading"],
        update_fields=["meaning"],
    )


def accepted(kind: str, heading: str, meaning: str) -> str:
    """A meaning as chosen in a form, if it is one; else left out."""
    if meaning == "own" and kind == "members":
        return own(heading)
    return meaning if meaning in fields(kind) else LEFT_OUT


def own(heading: str) -> str:
    """The meaning of a column that is kept as a field of the member's own."""
    return f"{people.OWN}{heading.strip()[:80]}"


def addresses(headings: Sequence[str]) -> list[int]:
    """Which columns say where somebody lives, for finding families."""
    found = [place for place, heading in enumerate(headings) if ADDRESS.search(heading)]
    return [place for place in found if "mail" not in headings[place].lower()]


def key(heading: str) -> str:
    """A heading as it is compared: without case, spaces and signs."""
    return re.sub(r"[\W_]+", "", heading.casefold())[:120]


def _by_heading(kind: str, heading: str) -> str:
    plain: Mapping[str, str] = {key(name): name for name in fields(kind)}
    about = (
        {} if kind == "members" else dict.fromkeys(OWNER, "member") | dict.fromkeys(NUMBERS, "external_id")
    )
    if kind == "uses":
        about |= VISITS
    word = key(heading)
    meaning = plain.get(word) or about.get(word) or KNOWN.get(word, "")
    if meaning in fields(kind):
        return meaning
    return own(heading) if kind == "members" and heading.strip() else LEFT_OUT


def _are_sums(texts: Sequence[str]) -> bool:
    told = [text for text in texts if text.strip()]
    return bool(told) and all(_SUM.fullmatch(text.strip()) for text in told)
