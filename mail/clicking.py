"""Whether a person followed a link, or a program that looks behind every link before people do."""

import datetime as dt
import re

TOO_SOON = dt.timedelta(seconds=10)  # from leaving the house to being read; scanners come within the second
# Programs that say who they are: mail scanners, previews, monitors, libraries. Browsers say nothing of this.
MACHINES = re.compile(
    r"bot\b|crawl|spider|slurp|scan|preview|proofpoint|barracuda|mimecast|fireeye|trend ?micro|symantec|sophos"
    r"|forcepoint|safelinks|urldefense|microsoft office|ms-?office|outlook|googleimageproxy|yahoomailproxy"
    r"|headless|phantom|python|curl|wget|java/|okhttp|go-http|libwww|httpclient|axios|node-fetch|ruby|perl",
    re.IGNORECASE,
)


def is_machine(agent: str, at: dt.datetime, left_at: dt.datetime | None) -> bool:
    """Whether a program followed the link at `at`, by the name it gives, or because nobody reads so fast."""
    return not agent.strip() or bool(MACHINES.search(agent)) or is_too_soon(at, left_at)


def is_too_soon(at: dt.datetime, left_at: dt.datetime | None) -> bool:
    """Whether the letter had hardly left at `left_at`."""
    return left_at is not None and at - left_at < TOO_SOON
