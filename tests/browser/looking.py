"""What every page must look like, asked in a way that waits for a page still on its way."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

FITS = "document.readyState === 'complete' && document.documentElement.scrollWidth <= innerWidth"


def fits(page: Page) -> None:
    """Nothing must be scrolled to sideways; asked again while the page loads, an error names the address."""
    try:
        page.wait_for_function(FITS)
    except Exception as error:
        error.add_note(f"{page.url} is wider than its window")
        raise


def is_in_order(page: Page) -> None:
    """It fits, and axe finds nothing in it or in its frames."""
    fits(page)
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], page.url
