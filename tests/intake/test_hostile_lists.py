"""Files that no honest export writes: each is refused as a whole, in bounded memory, with nothing written."""

import datetime as dt
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management.base import CommandError

from intake.importing import escaping, limits, reading, refusals, sheets
from members.models import Member
from tests.intake import lists
from tests.intake.lists import counts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(now: dt.datetime, settings: LazySettings, tmp_path: Path) -> None:
    settings.TEST_CLOCK = tmp_path / "clock"
    settings.TEST_CLOCK.write_text(now.isoformat())
    settings.VAR_DIR = tmp_path / "var"


def refused(folder: Path, content: bytes) -> str:
    file = folder / "hostile.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError) as error:
        lists.take("members", file)
    assert not Member.objects.exists()
    return str(error.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"external_id,email,shoe_size\nx,x@example.com,44\n", "shoe_size"),
        (b"external_id,email,email\nx,x@example.com,y@example.com\n", "email"),
        (b"email,first_name\nx@example.com,X\n", "external_id"),
        (b"external_id,phone\nx,1\n", "email / first_name"),
        (b"external_id;email\nx;x@example.com\n", "external_id;email"),
        (b"external_id,first_name\nx,S\xf8ren\n", "UTF-8"),
        ("external_id,first_name\nx,Søren\n".encode("utf-16"), "UTF-8"),
        (b"external_id,first_name\nx,A\0B\n", "NUL"),
        (b'external_id,first_name\nx,"never closed\n', "quotation mark"),
        (b'external_id,first_name\nx,"closed" and more\n', "Line 2"),
        (b"external_id,first_name\nx," + b"A" * (limits.CELL + 1) + b"\n", "longer than"),
        (b"external_id,first_name\nx," + b"A" * 10_000_000 + b"\n", "Line 2"),
        (b",".join(b"c%d" % place for place in range(100_000)), "columns"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_file_is_refused_as_a_whole(tmp_path: Path, content: bytes, says: str) -> None:
    assert says in refused(tmp_path, content)


def test_a_quotation_mark_never_closed_does_not_swallow_the_rest_into_memory(tmp_path: Path) -> None:
    file = tmp_path / "open.csv"
    file.write_bytes(b'external_id,first_name\nx,"' + b"y,Anna\n" * 3_000_000)
    tracemalloc.start()
    with pytest.raises(CommandError):
        lists.take("members", file)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "BOM"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(tmp_path: Path, end: str, mark: str) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(f"{mark}external_id,first_name{end}a,Anna{end}{end}o,Øle{end}".encode())
    assert lists.take("members", file)[0] == counts(created=2)
    assert set(Member.objects.values_list("first_name", flat=True)) == {"Anna", "Øle"}


def test_a_cell_may_hold_separators_and_doubled_quotation_marks(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text('external_id,first_name\na,"Anna ""Ann"", the first"\n')
    lists.take("members", file)
    assert Member.objects.get().first_name == 'Anna "Ann", the first'


@pytest.mark.parametrize("cell", ["=1+1", "+45 12", "-1", "@home", "\tx", "\rx", "plain", "'t Hooft"])
def test_what_is_escaped_comes_back_as_it_was(cell: str) -> None:
    assert not escaping.escaped(cell).startswith(escaping.FORMULA)
    assert escaping.unescaped(escaping.escaped(cell)) == cell


def test_refused_lines_are_readable_by_nobody_else_and_can_be_forgotten(tmp_path: Path) -> None:
    rows = [("x", "nobody", "X", ""), ("y", "nobody else", "Y", "")]
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, *rows))
    (file,) = refusals.folder().glob("*.csv")
    assert file.stat().st_mode & 0o077 == 0
    assert refusals.forget({"X"}) == 1
    assert "nobody else" in file.read_text()
    assert "X" not in [cells[0] for cells, _why in refusals.first(str(file), 9)]


def test_a_refused_line_is_found_by_name_and_inside_cells_where_its_ids_are_broken(tmp_path: Path) -> None:
    header = ("external_id", "email", "first_name", "last_name", "phone")
    rows = [
        ("", "zoe(at)example", "Zoe", "van Holm", "1"),
        ("", "to zoe@example.com!", "", "", "2"),
        ("", "(at)", "Zoe", "Berg", "3"),
        ("zoe-1x", "(at)", "Per", "Berg", "4"),
    ]
    lists.take("members", lists.write(tmp_path, header, *rows))
    (file,) = refusals.folder().glob("*.csv")
    assert refusals.forget({"zoe-1"}, {"zoe@example.com"}, {"Zoe van Holm"}) == 2
    assert [cells[-1] for cells, _why in refusals.first(str(file), 9)] == ["3", "4"]
    assert file.read_text().startswith(",".join(header))


def workbook(folder: Path, size: int, *, entries: int = 1) -> Path:
    file = folder / "bomb.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for place in range(entries):
            with archive.open(f"xl/worksheets/sheet{place}.xml", "w", force_zip64=True) as part:
                for _block in range(size // (1 << 20)):
                    part.write(b"\0" * (1 << 20))
    return file


@pytest.mark.parametrize(("size", "entries"), [(60 << 20, 1), (0, 2_000)], ids=["deep", "many"])
def test_a_zip_bomb_is_not_opened(tmp_path: Path, size: int, entries: int) -> None:
    file = workbook(tmp_path, size, entries=entries)
    form = sheets.recognised(file)
    with pytest.raises(reading.FileRefused, match="unfolds"):
        list(sheets.lines(file, form))


def test_an_old_excel_file_is_refused_with_the_way_out(tmp_path: Path) -> None:
    file = tmp_path / "members.xls"
    file.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 2_000)
    for read in (lambda: sheets.recognised(file), lambda: list(reading.lines(file))):
        with pytest.raises(reading.FileRefused, match=r"old Excel file \(\.xls\).*save it as \.xlsx or CSV"):
            read()


def test_a_damaged_spreadsheet_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "torn.xlsx"
    file.write_bytes(b"PK\x03\x04" + b"\xff" * 2_000)
    with pytest.raises(reading.FileRefused, match="damaged"):
        list(sheets.lines(file, sheets.recognised(file)))
