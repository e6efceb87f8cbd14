"""How much of a list is read at all. A file beyond these is refused as a whole, before it can cost anything."""

BYTES = 2 * 1024**3  # the command streams; a million members are about 150 MB
UPLOAD_BYTES = 100 * 1024**2
UNPACKED_BYTES = 500 * 1024**2  # what a spreadsheet may unfold to
UNPACKED_TIMES = 200  # … and how many times its packed size, beyond the first MB
ROWS = 5_000_000
SHEET_ROWS = 200_000
COLUMNS = 200
CELL = 10_000  # characters
LINE = 1_000_000  # characters between two line ends
CHUNK = 1_000  # lines of an upload written together: others wait no longer, and its progress moves
LONG_CHUNK = 5_000  # … of the command
REASONS = 1_000  # refused lines told one by one
