"""django-post-office on the same letters: `python -m bench.post_office queue|send FILE`.

`queue` puts them into its tables as its users do who write letters as templates: the template, and for each member
the values to render it with on delivery (FILE, JSON lines; a Liquid letter this plain is a Django template too).
`send` is what its command `send_queued_mail --processes 2` does.
"""

import json
import os
import sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.post_office_settings"
django.setup()

from django.core import management  # noqa: E402
from post_office import mail, models  # type: ignore[import-untyped]  # noqa: E402

from bench import racing  # noqa: E402


def main(deed: str, file: Path) -> None:
    """Queues, or sends what is queued."""
    if deed == "queue":
        management.call_command("migrate", verbosity=0)
        models.Email.objects.all().delete()
        models.EmailTemplate.objects.all().delete()
        first, *letters = [json.loads(line) for line in file.read_text().splitlines()]
        template = models.EmailTemplate.objects.create(name="bench", **first)
        mail.send_many([{**letter, "template": template, "render_on_delivery": True} for letter in letters])
        return
    racing.wait_for_go()
    management.call_command("send_queued_mail", processes=2, log_level=0)
    racing.tell(models.Email.objects.filter(status=models.STATUS.sent).count())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
