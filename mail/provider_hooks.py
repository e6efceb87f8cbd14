"""How each mail provider proves who it is and says what became of a letter: by anymail's own views.

A provider has to bring the name and password of `ANYMAIL_WEBHOOK_SECRET`, or its own signature where a key for that
is set (`SIGNED`); with neither of them set, nobody is believed. A signature that says when it was made counts for 300
seconds either way, and Mailgun's, which says nothing of what it came with, for one message only.
"""

import hashlib
import json
import warnings
from collections.abc import Mapping
from typing import Any
from urllib import parse

from anymail import urls
from anymail.exceptions import AnymailError, AnymailInsecureWebhookWarning, AnymailNotSupportedWarning
from anymail.signals import AnymailTrackingEvent
from anymail.webhooks.amazon_ses import AmazonSESBaseWebhookView, AmazonSESTrackingWebhookView
from anymail.webhooks.base import AnymailBaseWebhookView, AnymailCoreWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.resend import ResendTrackingWebhookView, SvixWebhookValidationMixin
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from api import signatures

SIGNED = {
    "mailgun": ("MAILGUN_WEBHOOK_SIGNING_KEY",),
    "sendgrid": ("SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY",),
    "resend": ("RESEND_SIGNING_SECRET",),
}
# Headers that say how a body is to be read, beside Content-Type: kept with it.
KEPT = ("Content-Type", "X-Amz-Sns-Message-Type", "X-Amz-Sns-Message-Id", "Svix-Id")


class AmazonSes(AmazonSESTrackingWebhookView):  # type: ignore[misc]
    """Amazon's, without its own library: nothing is fetched from the network inside an answer."""

    def __init__(self, **kwargs: Any) -> None:
        self.auto_confirm_enabled = False
        super(AmazonSESBaseWebhookView, self).__init__(**kwargs)

    def auto_confirm_sns_subscription(self, sns_message: Mapping[str, Any]) -> None:
        """Amazon sends nothing until a person opens the address that it asks with: kept where staff read it."""
        address = str(sns_message.get("SubscribeURL", ""))
        host = parse.urlsplit(address).hostname or ""
        shown = (
            address
            if host.startswith("sns.") and host.endswith((".amazonaws.com", ".amazonaws.com.cn"))
            else ""
        )
        raise ValueError(_("Amazon asks whether it may report here. To allow it, open once: %s") % shown)


class Resend(ResendTrackingWebhookView):  # type: ignore[misc]
    """Resend's, whose signatures are those of Standard Webhooks under other names; their age counts."""

    signing_secret = None

    def __init__(self, **kwargs: Any) -> None:
        self._svix_webhook = None
        super(SvixWebhookValidationMixin, self).__init__(**kwargs)

    def validate_request(self, request: HttpRequest) -> None:
        secret = _setting("RESEND_SIGNING_SECRET")
        if secret:
            named = {
                name.lower().replace("svix-", "webhook-"): text for name, text in request.headers.items()
            }
            signatures.verify([secret], named, request.body)


class SignedByMailgun(AnymailBaseWebhookView):  # type: ignore[misc]
    """What both doors for Mailgun ask beside its signature: when it was made."""

    def validate_request(self, request: HttpRequest) -> None:
        super().validate_request(request)
        signatures.check_age(str(_signature_of_mailgun(request)["timestamp"]))


class Mailgun(SignedByMailgun, MailgunTrackingWebhookView):  # type: ignore[misc]
    """Mailgun's, whose signature is of a time and a token (documentation.mailgun.com, “Securing Webhooks”)."""


class SendGrid(SendGridTrackingWebhookView):  # type: ignore[misc]
    """SendGrid's, whose signature is of a time and the body."""

    def validate_request(self, request: HttpRequest) -> None:
        super().validate_request(request)
        if self.webhook_verification_key:
            signatures.check_age(request.headers["X-Twilio-Email-Event-Webhook-Timestamp"])


OWN: dict[str, type[AnymailCoreWebhookView]] = {
    "amazon_ses": AmazonSes,
    "mailgun": Mailgun,
    "resend": Resend,
    "sendgrid": SendGrid,
}


class Unproven(Exception):
    """Whoever sent this did not show who they are. `is_open`: nobody could, as no secret is set here."""

    def __init__(self, why: str, *, is_open: bool = False) -> None:
        super().__init__(why)
        self.is_open = is_open


def known() -> dict[str, type[AnymailCoreWebhookView]]:
    """The providers that can report, by the name that `EMAIL_URL` gives them."""
    found = {
        name.removesuffix("_tracking_webhook"): pattern.callback.view_class
        for pattern in urls.urlpatterns
        if (name := str(getattr(pattern, "name", ""))).endswith("_tracking_webhook")
    }
    return found | OWN


def prove(provider: str, request: HttpRequest) -> None:
    """Raises Unproven unless the provider itself sent this; whatever goes wrong in finding out means the same."""
    if not is_guarded(provider):
        raise Unproven("no secret is set", is_open=True)
    try:
        _view(provider).run_validators(request)
    except Exception as error:  # what hostile headers do to a verifier is never more than a wrong signature
        raise Unproven(f"{type(error).__name__}: {error}") from error


def known_by(provider: str, request: HttpRequest, raw: bytes) -> str:
    """What a message that is proven is known by when it comes again: its body, or the token that Mailgun signed."""
    if provider == "mailgun":
        raw = b"token " + str(_signature_of_mailgun(request)["token"]).encode()
    return hashlib.sha256(raw).hexdigest()


def is_guarded(provider: str) -> bool:
    """Whether anything is set by which this provider could show who it is."""
    return bool(_setting("WEBHOOK_SECRET")) or any(map(_setting, SIGNED.get(provider, ())))


def read(provider: str, headers: Mapping[str, str], body: bytes) -> list[AnymailTrackingEvent]:
    """What a stored body reports. ValueError, LookupError, TypeError or AttributeError: it cannot be understood."""
    try:
        return list(_view(provider).parse_events(request_of(headers, body)))
    except AnymailError as error:
        raise ValueError(str(error)) from error


def request_of(headers: Mapping[str, str], body: bytes) -> HttpRequest:
    """A request as it was, of what was kept of it."""
    request = HttpRequest()
    request.method = "POST"
    named = {name.upper().replace("-", "_"): text for name, text in headers.items()}
    request.META = {name if name == "CONTENT_TYPE" else f"HTTP_{name}": text for name, text in named.items()}
    request._set_content_type_params(request.META)  # type: ignore[attr-defined]
    request._body = body
    return request


def _signature_of_mailgun(request: HttpRequest) -> Mapping[str, Any]:
    is_json = request.content_type == "application/json"
    found: Mapping[str, Any] = json.loads(request.body)["signature"] if is_json else request.POST
    return found


def _view(provider: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AnymailInsecureWebhookWarning)  # refused here
        warnings.simplefilter("ignore", AnymailNotSupportedWarning)
        return known()[provider]()


def _setting(name: str) -> Any:
    return getattr(settings, "ANYMAIL", {}).get(name)
