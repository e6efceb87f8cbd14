"""The post room: who writes, what is written, and every letter that is to leave, left, or stayed."""

from mail.models.account import Account
from mail.models.brand import Brand
from mail.models.click import Click
from mail.models.letter import Letter, LetterVersion
from mail.models.mailbox import Mailbox
from mail.models.mailing import Mailing
from mail.models.message import Message
from mail.models.reply import Inbox, Incoming, Reply
from mail.models.report import Report
from mail.models.restoration import Restoration
from mail.models.sender import Picture, Sender, Succession
from mail.models.sending import Outage, Postponement, SendingRules
from mail.models.suppression import Suppression

__all__ = [
    "Account",
    "Brand",
    "Click",
    "Inbox",
    "Incoming",
    "Letter",
    "LetterVersion",
    "Mailbox",
    "Mailing",
    "Message",
    "Outage",
    "Picture",
    "Postponement",
    "Reply",
    "Report",
    "Restoration",
    "Sender",
    "SendingRules",
    "Succession",
    "Suppression",
]
