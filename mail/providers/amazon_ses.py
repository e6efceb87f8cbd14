"""Amazon SES by its own library: it must not try again by itself, for we know better what that may double."""

from typing import Any

from anymail.exceptions import AnymailAPIError
from botocore import exceptions as botocore  # type: ignore[import-untyped]
from django.core.mail import get_connection
from requests.structures import CaseInsensitiveDict

from mail.providers import answers, single
from mail.transports import Later, Refused, Trouble, Unclear

PATIENCE = {
    "connect_timeout": answers.CONNECT_TIMEOUT,
    "read_timeout": answers.ANSWER_TIMEOUT,
    "retries": {"total_max_attempts": 1},
}
SLOWER = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling"})
REFUSED = frozenset({"MessageRejected", "BadRequestException", "ValidationException"})
# The account is paused or over its limit, the sender not confirmed, the keys wrong.
OURS = frozenset(
    {
        "AccountSuspendedException",
        "SendingPausedException",
        "MailFromDomainNotVerifiedException",
        "LimitExceededException",
    }
)
NOT_VERIFIED = "not verified"
NEVER_ASKED = (
    botocore.EndpointConnectionError,
    botocore.ConnectTimeoutError,
    botocore.SSLError,
    botocore.ProxyConnectionError,
)
SETTINGS = (
    botocore.NoCredentialsError,
    botocore.PartialCredentialsError,
    botocore.NoRegionError,
    botocore.InvalidEndpointDiscoveryConfigurationError,
)


class AmazonSes(single.Provider):
    """Amazon's API; region and keys are read as its library reads them (`AWS_…`)."""

    def _made(self, backend: str) -> Any:
        return get_connection(backend, client_params={"config": PATIENCE})

    def _meaning(self, error: AnymailAPIError) -> Trouble:
        cause, words = error.__cause__, str(error.__cause__)[: answers.LONGEST]
        if isinstance(cause, botocore.ClientError):
            return _of_answer(cause, words)
        if isinstance(cause, SETTINGS):
            return Later(words, is_ours=True)
        if isinstance(cause, NEVER_ASKED):
            return Later(f"mail provider out of reach: {words}", affects_all=True)
        return Unclear(words, affects_all=True)


def _of_answer(error: botocore.ClientError, words: str) -> Trouble:
    code = str(error.response.get("Error", {}).get("Code", ""))
    meta = error.response.get("ResponseMetadata", {})
    status, headers = int(meta.get("HTTPStatusCode", 0)), CaseInsensitiveDict(meta.get("HTTPHeaders", {}))
    if code in OURS or (code in REFUSED and NOT_VERIFIED in words):
        return Later(words, is_ours=True)
    if code in SLOWER:
        return Later(words, affects_all=True, after=answers.wait(headers))
    return Refused(words) if code in REFUSED else answers.of_status(status, words, headers)
