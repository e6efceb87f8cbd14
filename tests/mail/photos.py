"""Pictures as people send them: photos with what a phone writes into them, drawings, and tricks."""

import io
import struct
import zlib

from PIL import Image


def photo(width: int = 1600, height: int = 900, **about: object) -> bytes:
    """A JPEG with more colours than a drawing has."""
    image = Image.merge(
        "RGB",
        [
            Image.linear_gradient("L").resize((width, height)),
            *[Image.radial_gradient("L").resize((width, height))] * 2,
        ],
    )
    return encoded(image, "JPEG", quality=90, **about)


def with_place(width: int = 400, height: int = 300) -> bytes:
    """A photo lying on its side, with where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (55.0, 40.0, 34.0)
    return photo(width, height, exif=exif.tobytes())


def drawing(width: int = 120, height: int = 60) -> bytes:
    """A PNG of one colour, see-through in a corner."""
    image = Image.new("RGBA", (width, height), (11, 107, 87, 255))
    image.putpixel((0, 0), (0, 0, 0, 0))
    return encoded(image, "PNG")


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few bytes that says it is enormous."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def encoded(image: Image.Image, kind: str, **about: object) -> bytes:
    """The picture as a file of that kind."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **about)
    return buffer.getvalue()
