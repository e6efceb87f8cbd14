"""Pictures of letters: read safely, written anew, kept once under the hash of what is served.

Nothing of an uploaded file is served: it is decoded and encoded again, so that where a photo was taken, hidden files
and tricks of its format stay behind. An address never changes its picture.
"""

import datetime as dt
import hashlib
import io
import warnings
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from mail.models import Picture

LARGEST = 2 * 1024 * 1024  # bytes of a file for a sender's face
LARGEST_UPLOAD = 10 * 1024 * 1024  # bytes of a photo as a phone takes it
MOST_PIXELS = 40_000_000
WIDEST = 1200  # pixels kept: twice the width of a letter, for fine screens
HIGHEST = 2400
FACE = 256  # pixels of a face, shown at 64; square already, because few mail programs would cut it
FORMATS = ("PNG", "JPEG", "WEBP")
TYPES = {"PNG": ("png", "image/png"), "JPEG": ("jpg", "image/jpeg")}


class NoPicture(ValueError):
    """The bytes are no picture that letters can show; the message says why."""


@dataclass(frozen=True)
class Ready:
    """A picture written anew: the name and the type under which it is served, its bytes, its size in pixels."""

    name: str
    content_type: str
    content: bytes
    width: int
    height: int


def check(content: bytes, largest: int = LARGEST) -> None:
    """Raises NoPicture unless these bytes are a PNG, JPEG or WebP picture that can be decoded."""
    ready(content, largest)


def ready(content: bytes, largest: int = LARGEST, *, face: bool = False) -> Ready:
    """The picture as it will be served: PNG or JPEG, upright, at most 1200 pixels wide, nothing but its pixels.

    Every mail program shows those two; WebP is turned into one of them. A `face` is cut to a square. Raises NoPicture.
    """
    if len(content) > largest:
        raise NoPicture(_("the picture is larger than %d MB") % (largest // 1024 // 1024))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = _read(content)
            return _written(_squared(image) if face else image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NoPicture(_("the picture has too many pixels")) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, MemoryError) as error:
        if isinstance(error, NoPicture):
            raise
        raise NoPicture(_("this is no PNG, JPEG or WebP picture")) from error


def keep_face(content: bytes, *, largest: int = LARGEST) -> Picture:
    """The stored picture of somebody who writes, square and small. Raises NoPicture."""
    return _kept(ready(content, largest, face=True))


def keep(content: bytes, *, largest: int = LARGEST, title: str = "", alt: str = "") -> Picture:
    """The stored picture of these bytes; one that is there already keeps its words. Raises NoPicture."""
    return _kept(ready(content, largest), title, alt)


def add(content: bytes, *, title: str, alt: str, now: dt.datetime) -> Picture:
    """The picture of these bytes in the library, under `title`; raises NoPicture.

    One that is there already keeps the words it has.
    """
    row = keep(content, largest=LARGEST_UPLOAD, title=title, alt=alt)
    if not row.in_library:
        row.in_library, row.kept_at = True, row.kept_at or now
        row.title, row.alt = row.title or title[:120], row.alt or alt[:300]
        row.save(update_fields=["in_library", "kept_at", "title", "alt"])
    return row


def size(name: str) -> tuple[int, int] | None:
    """Width and height in pixels of the picture of that name; None where there is none."""
    found = Picture.objects.filter(name=name).values_list("width", "height").first()
    return found if found is None or all(found) else _measured(name)


def words(name: str) -> str:
    """What the library says that the picture shows; empty where nobody said."""
    return Picture.objects.filter(name=name).values_list("alt", flat=True).first() or ""


def url(name: str) -> str:
    """Where everybody can see the picture of that name."""
    return f"{settings.BASE_URL}/pictures/{name}"


def _kept(made: Ready, title: str = "", alt: str = "") -> Picture:
    fields = {
        "content_type": made.content_type,
        "content": made.content,
        "width": made.width,
        "height": made.height,
    }
    about = {"title": title[:120], "alt": alt[:300]}
    return Picture.objects.get_or_create(name=made.name, defaults={**fields, **about})[0]


def _read(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        width, height = image.size
        if width * height > MOST_PIXELS:
            millions = {"millions": width * height // 1_000_000, "most": MOST_PIXELS // 1_000_000}
            raise NoPicture(_("the picture has %(millions)d million pixels, at most %(most)d") % millions)
        if image.format == "JPEG":
            image.draft("RGB", (WIDEST * 2, HIGHEST * 2))
        image.load()
        upright = ImageOps.exif_transpose(image)
        clear = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
        return upright.convert("RGBA" if clear else "RGB")


def _squared(image: Image.Image) -> Image.Image:
    """The middle of the picture, nearer its top where it is upright: there faces are."""
    side = min(FACE, *image.size)
    return ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS, centering=(0.5, 0.3))


def _written(image: Image.Image) -> Ready:
    image.thumbnail((WIDEST, HIGHEST), Image.Resampling.LANCZOS)
    # Drawings stay sharp as PNG; a photo as PNG would be ten times as heavy.
    drawn = image.mode == "RGBA" or image.getcolors(4096) is not None
    buffer = io.BytesIO()
    bare = Image.frombytes(
        image.mode, image.size, image.tobytes()
    )  # without what the file said beside its pixels
    if drawn:
        bare.save(buffer, "PNG", optimize=True)
    else:
        bare.save(buffer, "JPEG", quality=84, optimize=True, progressive=True)
    content = buffer.getvalue()
    ending, content_type = TYPES["PNG" if drawn else "JPEG"]
    name = f"{hashlib.sha256(content).hexdigest()[:32]}.{ending}"
    return Ready(name, content_type, content, *image.size)


def _measured(name: str) -> tuple[int, int] | None:
    """The size of one that was kept before sizes were."""
    row = Picture.objects.get(name=name)
    with Image.open(io.BytesIO(bytes(row.content)), formats=FORMATS) as image:
        Picture.objects.filter(pk=row.pk).update(width=image.width, height=image.height)
        return image.size
