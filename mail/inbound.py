"""How mail providers bring us what members write back: the same proof as for their reports, read by anymail's views.

Only providers whose message holds the whole mail are known here: nothing is fetched from the network to read one.
SendGrid signs nothing of this kind and Postmark never does: both bring the name and password of
`ANYMAIL_WEBHOOK_SECRET`.
"""

import warnings
from collections.abc import Mapping
from email.message import Message as Mail
from typing import Any

from anymail.exceptions import AnymailError, AnymailInsecureWebhookWarning, AnymailNotSupportedWarning
from anymail.webhooks.amazon_ses import AmazonSESBaseWebhookView, AmazonSESInboundWebhookView
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.mailjet import MailjetInboundWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView
from anymail.webhooks.sendgrid import SendGridInboundWebhookView
from anymail.webhooks.sparkpost import SparkPostInboundWebhookView
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from mail import provider_hooks
from mail.provider_hooks import Unproven

SIGNED = {"mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY"}


class AmazonSes(AmazonSESInboundWebhookView):  # type: ignore[misc]
    """Amazon's, with the mail inside the message (the action “SNS”, up to 150 kB), without Amazon's own library."""

    def __init__(self, **kwargs: Any) -> None:
        self.auto_confirm_enabled = False
        super(AmazonSESBaseWebhookView, self).__init__(**kwargs)

    def fetch_s3_chunks(self, bucket: str, key: str) -> Any:
        """A mail that lies in a bucket is not fetched."""
        raise ValueError(_("The mail itself is not in it: choose the action SNS at Amazon, not S3."))

    auto_confirm_sns_subscription = provider_hooks.AmazonSes.auto_confirm_sns_subscription


class Mailgun(provider_hooks.SignedByMailgun, MailgunInboundWebhookView):  # type: ignore[misc]
    """Mailgun's, whose signature is of a time and a token."""


KNOWN: dict[str, Any] = {
    "postmark": PostmarkInboundWebhookView,
    "mailgun": Mailgun,
    "sendgrid": SendGridInboundWebhookView,
    "amazon_ses": AmazonSes,
    "mailjet": MailjetInboundWebhookView,
    "sparkpost": SparkPostInboundWebhookView,
}


def prove(provider: str, request: HttpRequest) -> None:
    """Raises Unproven unless the provider itself sent this; whatever goes wrong in finding out means the same."""
    anymail = getattr(settings, "ANYMAIL", {})
    if not (anymail.get("WEBHOOK_SECRET") or anymail.get(SIGNED.get(provider, ""))):
        raise Unproven("no secret is set", is_open=True)
    try:
        _view(provider).run_validators(request)
    except Exception as error:  # what hostile headers do to a verifier is never more than a wrong signature
        raise Unproven(f"{type(error).__name__}: {error}") from error


def read(provider: str, headers: Mapping[str, str], body: bytes) -> list[Mail]:
    """The mails in a stored body. ValueError, LookupError, TypeError or AttributeError: it cannot be understood."""
    try:
        request = provider_hooks.request_of(headers, body)
        request.META["CONTENT_LENGTH"] = str(len(body))  # without it a form reads as empty
        form: Any = request  # one that came by WSGI reads its form by itself
        form._read_started = False
        form._load_post_and_files()
        form.POST, form.FILES = form._post, form._files
        events = list(_view(provider).parse_events(request))
    except AnymailError as error:
        raise ValueError(str(error)) from error
    return [event.message for event in events if event.message is not None]


def _view(provider: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AnymailInsecureWebhookWarning)  # refused here
        warnings.simplefilter("ignore", AnymailNotSupportedWarning)
        return KNOWN[provider]()
