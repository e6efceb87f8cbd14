"""Pictures of letters: kept once under the hash of their content, so that an address never changes its picture."""

import hashlib
import io

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from mail.models import Picture

LARGEST = 2 * 1024 * 1024  # bytes
TYPES = {"PNG": ("png", "image/png"), "JPEG": ("jpg", "image/jpeg"), "WEBP": ("webp", "image/webp")}


class NoPicture(ValueError):
    """The bytes are no picture that letters can show; the message says why."""


def check(content: bytes) -> str:
    """The format of these bytes. Raises NoPicture unless they are a PNG, JPEG or WebP of at most 2 MB."""
    if len(content) > LARGEST:
        raise NoPicture(_("the picture is larger than 2 MB"))
    try:
        with Image.open(io.BytesIO(content), formats=tuple(TYPES)) as image:
            image.verify()
            return str(image.format)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise NoPicture(_("this is no PNG, JPEG or WebP picture")) from error


def keep(content: bytes) -> Picture:
    """The stored picture of these bytes; the same bytes are kept once. Raises NoPicture."""
    ending, content_type = TYPES[check(content)]
    name = f"{hashlib.sha256(content).hexdigest()[:32]}.{ending}"
    return Picture.objects.get_or_create(
        name=name, defaults={"content_type": content_type, "content": content}
    )[0]
