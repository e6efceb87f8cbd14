"""Mail that no person wrote: notes of absence, receipts, lists. It is no reply, holds nothing and is never answered.

What programs say of themselves comes first (RFC 3834, and what was usual before it); subjects are only looked at for
mail servers that say nothing.
"""

import re
from collections.abc import Callable
from email.message import Message as Mail

from django.utils.translation import gettext as _

from mail import decoding

BULK = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
SAYING = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-AutoReply-From", "X-Vacation")
LISTS = ("List-Id", "List-Unsubscribe", "Feedback-ID")
ROBOTS = re.compile(
    r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply|noreply-.*|bounces?|autoreply|abuse|root)(\+.*)?"
)
# The beginnings of subjects of notes of absence, by language, without Re: and the like.
ABSENT = re.compile(
    r"(\W{0,3})("
    r"out of (the )?office|automatic reply|auto(matic)?[- ]?(reply|response|svar)|autoreply"
    r"|vacation|on (vacation|holiday|leave)"
    r"|away from (my|the) (desk|mail|office)|i am (currently )?(out|away)"
    r"|ikke (på|til stede|på kontoret)|fraværende|fravær|fraværsbesked|fraværsassistent|autosvar|automatisk svar"
    r"|på ferie|ferie:|jeg er på ferie|holder ferie|ude af huset|ikke til stede"
    r"|automatische? (antwort|antwoord)|abwesenheits?(notiz|meldung|nachricht)?|nicht im (büro|haus)|afwezig(heid)?"
    r"|frånvaro|frånvarande|autosvar|semester"
    r"|réponse automatique|absen(t|ce) d|absence|respuesta automática|fuera de (la )?oficina|ausen(te|cia)"
    r"|risposta automatica|fuori (sede|ufficio)|assente|resposta automática|fora d[oe] escritório"
    r"|odpowiedź automatyczna|autoodpowiedź|nieobecność|automatická odpověď|răspuns automat"
    r"|poissa|automaattinen vastaus"
    r")(?!\w)"
)
ANSWERING = re.compile(
    r"((re|sv|aw|vs|antw|odp|ref|fwd?|vb|wg|tr|rif|res)\s{0,3}(\[\d{1,3}\])?\s{0,3}:\s{0,3})+"
)


def why(mail: Mail, from_address: str) -> str:
    """Why a program wrote this, in words for staff; empty when it looks like a person."""
    return next((said for ask in ASKED if (said := ask(mail, from_address))), "")


def _says_so(mail: Mail, _from: str) -> str:
    submitted = decoding.header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no") or any(mail.get(name) is not None for name in SAYING):
        return _("A program answered by itself.")
    return ""


def _is_bulk(mail: Mail, _from: str) -> str:
    said = {decoding.header(mail, name).strip().lower() for name in ("Precedence", "X-Precedence")}
    is_list = any(mail.get(name) is not None for name in LISTS)
    return _("It was sent to many at once, or by a program.") if is_list or said & BULK else ""


def _is_robot(mail: Mail, from_address: str) -> str:
    path = mail.get("Return-Path")
    if path is not None and str(path).strip() == "<>":
        return _("A mail server wrote it.")
    local = from_address.rpartition("@")[0].lower()
    return _("A mail server wrote it.") if len(local) < 100 and ROBOTS.fullmatch(local) else ""


def _is_report(mail: Mail, _from: str) -> str:
    """A receipt, or a report of delivery (RFC 6522, RFC 8098)."""
    return _("A mail program reports on a letter.") if mail.get_content_type() == "multipart/report" else ""


def _is_absent(mail: Mail, _from: str) -> str:
    subject = decoding.header(mail, "Subject")[:200].strip().casefold()
    subject = ANSWERING.sub("", subject, count=1)
    return _("A note of absence.") if ABSENT.match(subject) else ""


ASKED: tuple[Callable[[Mail, str], str], ...] = (_says_so, _is_report, _is_robot, _is_bulk, _is_absent)
