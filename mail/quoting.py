"""What is new in a mail that answers another one: without the letter that mail programs repeat below it.

Line by line and in linear time. The libraries for this (mail-parser-reply, email-reply-parser) match the whole text
with nested patterns: 20,000 line breaks kept the first of them busy for three minutes, and anybody can write to us.
"""

import re
from collections.abc import Sequence

LONGEST_LINE = 500  # characters; a longer line introduces nothing
WORDS = (
    ("on ", "wrote"),
    ("den ", "skrev"),
    ("på ", "skrev"),
    ("le ", "écrit"),
    ("am ", "schrieb"),
    ("op ", "schreef"),
    ("el ", "escribió"),
    ("il ", "scritto"),
    ("em ", "escreveu"),
    ("în ", "scris"),
    ("pe ", "scris"),
    ("w dniu ", "napisał"),
    ("dnia ", "napisał"),
    ("dne ", "napsal"),
)
WEEKDAYS = re.compile(
    r"(mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag|man|tir|ons|tor|tors|fre|lør|søn|ma|di|wo|do|vr|za|zo)\W"
)
WRITTEN = tuple({verb for _first, verb in WORDS})
RULED = re.compile(
    r"[-_\s]{0,40}(original message|forwarded message|oprindelig meddelelse|opprinnelig melding|ursprüngliche nachricht"
    r"|message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht|videresendt meddelelse"
    r"|ursprungligt meddelande|wiadomość oryginalna|mesaj original)[-_\s:]{0,40}"
)
FROM = ("from:", "fra:", "von:", "de :", "de:", "van:", "från:", "da:", "od:", "lähettäjä:")
SENT = (
    *("sent:", "date:", "sendt:", "dato:", "gesendet:", "datum:", "envoyé", "enviado", "verzonden:"),
    *("skickat:", "inviato:", "data:", "wysłano:", "trimis:"),
)
RULE = re.compile(r"_{20,}|-{20,}")
DEVICE = re.compile(
    r"(sent|sendt|gesendet|envoyé|verstuurd|verzonden|enviado|inviato|skickat|trimis|get outlook)"
    r" (from|fra|von|meines|de|depuis|vanaf|desde|da|från|de pe|for) .{1,60}"
)


def new_text(whole: str) -> str:
    """The lines that are new. Answers written between the lines of the letter are kept, its lines are not."""
    lines = [line.rstrip() for line in whole.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept: list[str] = []
    place = 0
    while place < len(lines):
        taken = _introduced(lines, place)
        if taken and not _is_quoted(lines, place + taken):
            break
        if not taken and _is_end(lines, place):
            break
        if not taken and not lines[place].lstrip().startswith(">"):
            kept.append(lines[place])
        place += taken or 1
    return _tidy(kept)


def _introduced(lines: Sequence[str], place: int) -> int:
    """How many lines from here say who wrote what follows; 0 when none do. Programs break long ones once or twice."""
    first = _plain(lines[place])
    if not first or len(first) > LONGEST_LINE or not _may_introduce(first):
        return 0
    said = ""
    for number, line in enumerate(lines[place : place + 3], 1):
        said = f"{said} {_plain(line)}".strip()
        if len(said) > LONGEST_LINE:
            return 0
        if said.endswith(":") and any(verb in said for verb in WRITTEN):
            return number
    return 0


def _may_introduce(line: str) -> bool:
    return line.startswith(tuple(first for first, _verb in WORDS)) or bool(WEEKDAYS.match(line))


def _is_quoted(lines: Sequence[str], place: int) -> bool:
    """Whether what follows is marked line by line, so that answers between the lines can be told from it."""
    following = next((line for line in lines[place : place + 5] if line.strip()), "")
    return following.lstrip().startswith(">")


def _is_end(lines: Sequence[str], place: int) -> bool:
    """Whether everything from here on is not new: a repeated letter under its head, or a signature."""
    line = _plain(lines[place])
    if not line:
        return False
    if lines[place].rstrip() == "--" or (len(line) < 100 and DEVICE.fullmatch(line)):
        return True
    if len(line) > LONGEST_LINE:
        return False
    if RULED.fullmatch(line):
        return True
    if RULE.fullmatch(line):
        return _is_head(lines, place + 1)
    return _is_head(lines, place)


def _is_head(lines: Sequence[str], place: int) -> bool:
    """`From: … Sent: …`, as Outlook writes it above what it repeats."""
    near = [_plain(line) for line in lines[place : place + 6]]
    told = [line for line in near if line]
    return bool(told) and told[0].startswith(FROM) and any(line.startswith(SENT) for line in told[1:4])


def _plain(line: str) -> str:
    return line[: LONGEST_LINE + 1].replace("*", "").replace("\u00a0", " ").strip().casefold()


def _tidy(lines: Sequence[str]) -> str:
    """Without more than one empty line at a time, and none around."""
    found: list[str] = []
    for line in lines:
        if line.strip() or (found and found[-1]):
            found.append(line if line.strip() else "")
    return "\n".join(found).strip("\n")
