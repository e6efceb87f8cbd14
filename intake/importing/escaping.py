"""Cells that a spreadsheet would take for formulas get an apostrophe before them, and lose it when they come back.

OWASP, CSV injection: https://owasp.org/www-community/attacks/CSV_Injection
"""

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def escaped(cell: str) -> str:
    """The cell as it may be opened by a spreadsheet."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def unescaped(cell: str) -> str:
    """The cell as it was before `escaped`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell
