"""Promises about every template and style sheet, whoever writes the next one."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted(path for path in (ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
ENGINE_WORDS = re.compile(r"\b(enrol\w*|outbox|intake|parked|claim\w*|idempoten\w*)\b", re.IGNORECASE)
CODE = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%(?!\s*(?:translate|trans)\b).*?%\}", re.DOTALL)


def named(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=[path.name for path in paths])


@named(PAGES)
def test_no_engine_word_reaches_a_reader(path: Path) -> None:
    assert ENGINE_WORDS.findall(CODE.sub("", path.read_text())) == []


ROOMS = (
    "lifecycle",
    "dashboard",
    "intake",
    "relationship",
    "winback",
    "flows",
    "mail",
    "members",
    "office",
)
MARKED = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext"}


def said_by(path: Path) -> list[str]:
    """Every text of a module that is marked for translation: people read it."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    marked = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in MARKED]
    words = [word for call in marked for word in call.args if isinstance(word, ast.Constant)]
    return [word.value for word in words if isinstance(word.value, str)]


def _modules(room: str) -> list[Path]:
    """Without commands, which only people who run the program read; `api` speaks to programmers."""
    return [path for path in (ROOT / room).rglob("*.py") if "management" not in path.parts]


@pytest.mark.parametrize("room", ROOMS)
def test_no_engine_word_is_said_by_the_code(room: str) -> None:
    texts = {text for path in _modules(room) for text in said_by(path)}
    assert sorted(text for text in texts if ENGINE_WORDS.search(text)) == []


@named(PAGES)
def test_no_script_or_style_stands_in_a_page(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=\"|<script(?![^>]*\ssrc=)", text)


@named(PAGES)
def test_no_page_asks_another_house_for_anything(path: Path) -> None:
    assert not re.search(r"(src|href)=\"(https?:)?//", path.read_text())


@named([path for path in STYLES if path.name != "tokens.css"])
def test_only_the_tokens_name_colours_fonts_and_sizes_of_text(path: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*;)|\brgba?\(|\bhsla?\(", rules) == []
    sizes = re.findall(r"font(?:-size|-family|-weight)?:\s*([^;]+);", rules)
    assert [size for size in sizes if "var(" not in size and size != "inherit"] == []


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "surface"])
def test_every_colour_of_text_can_be_read(theme: int, ground: str) -> None:
    tokens = (ROOT / "static" / "css" / "tokens.css").read_text()
    pairs = {
        name: values for name, *values in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", tokens)
    }
    texts = set(pairs) - {"paper", "surface", "line", "on-accent"}
    assert len(texts) == 11
    for name in texts:
        assert contrast(pairs[name][theme], pairs[ground][theme]) >= 4.5, name
    assert contrast(pairs["on-accent"][theme], pairs["accent"][theme]) >= 4.5
