"""The words that stand under every letter, in the member's language: why it came, how to get fewer, how to leave."""

from __future__ import annotations

from mail import card, wording

WORDS = {
    "en": {
        "why": "You get this letter because you are a member of",
        "preferences": "Choose letters",
        "unsubscribe": "Unsubscribe",
        "cancel": "Leave the membership",
        "cancel_by_letter": "To leave the membership, write to",
        "browser": "Read in the browser",
    },
    "da": {
        "why": "Du får dette brev, fordi du er medlem af",
        "preferences": "Vælg dine breve",
        "unsubscribe": "Afmeld breve",
        "cancel": "Afslut medlemskabet",
        "cancel_by_letter": "Vil du afslutte medlemskabet, så skriv til",
        "browser": "Læs i browseren",
    },
}
CARD = """\
{{ sender.name }}{% if sender.role %}, {{ sender.role }}{% endif %}
{% if sender.phone %}{{ sender.phone }}
{% endif %}{{ sender.email }}
"""
WHY = "{% if business.name %}@why {{ business.name }}.{% endif %}"
LETTERS = """\
{% if links.preferences %}@preferences: {{ links.preferences }}
{% endif %}{% if links.unsubscribe %}@unsubscribe: {{ links.unsubscribe }}
{% endif %}"""
LEAVE = """\
{% if links.cancel %}@cancel: {{ links.cancel }}
{% elsif sender.email %}@cancel_by_letter {{ sender.email }}
{% endif %}{% if links.browser %}@browser: {{ links.browser }}
{% endif %}
{{ business.name }}
{{ business.address }}
"""


def words(language: str) -> dict[str, str]:
    """The wording for that language, or English."""
    return WORDS.get(wording.base(language), WORDS["en"])


def text(language: str, *, marketing: bool, signed: bool = False) -> str:
    """The end of a letter's text part, as Liquid: the sender, then the footer.

    `signed`: the letter shows the signature in its own words, so that it does not come twice.
    """
    parts = [CARD + ("" if signed else card.SIGNATURE_AS_TEXT), WHY, (LETTERS if marketing else "") + LEAVE]
    written = "\n".join(parts)
    for name, phrase in sorted(words(language).items(), reverse=True):
        written = written.replace(f"@{name}", phrase)
    return written


def html(language: str, *, marketing: bool) -> str:
    """The footer of a letter's page, as HTML with Liquid."""
    said = words(language)
    links = [_link(name, said[name]) for name in ("preferences", "unsubscribe") if marketing]
    write = f'{said["cancel_by_letter"]} <a href="mailto:{{{{ sender.email }}}}">{{{{ sender.email }}}}</a>'
    page = f'<a href="{{{{ links.cancel }}}}">{said["cancel"]}</a>'
    leave = f"{{% if links.cancel %}}{page}{{% elsif sender.email %}}{write}{{% endif %}}"
    return (
        f"{{% if business.name %}}<p>{said['why']} {{{{ business.name }}}}.</p>{{% endif %}}"
        f"<p>{''.join(links)}{_link('browser', said['browser'], last=True)}</p><p>{leave}</p>"
        "<p>{{ business.name }}{% if business.address %}<br>{{ business.address }}{% endif %}</p>"
    )


def _link(name: str, words: str, *, last: bool = False) -> str:
    dot = "" if last else " · "
    return f'{{% if links.{name} %}}<a href="{{{{ links.{name} }}}}">{words}</a>{dot}{{% endif %}}'
