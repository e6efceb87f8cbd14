"""The post room: who writes, what is written, and every letter that is to leave, left, or stayed."""

from mail.models.click import Click
from mail.models.letter import Letter, LetterVersion
from mail.models.mailing import Mailing
from mail.models.message import Message
from mail.models.report import Report
from mail.models.restoration import Restoration
from mail.models.sender import Picture, Sender
from mail.models.sending import Outage, Postponement, SendingRules
from mail.models.suppression import Suppression

__all__ = [
    "Click",
    "Letter",
    "LetterVersion",
    "Mailing",
    "Message",
    "Outage",
    "Picture",
    "Postponement",
    "Report",
    "Restoration",
    "Sender",
    "SendingRules",
    "Suppression",
]
