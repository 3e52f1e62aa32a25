"""Markup never comes from a variable: what a stranger wrote would be read as commands to the screen."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import taker311

SOURCE = Path(taker311.__file__).parent
# Calls that read markup in their text unless they are told not to.
_WIDGETS = ("Static", "Label", "Button", "Link", "Checkbox", "RadioButton", "Option", "Tooltip", "Toast", "Markdown")
READS_MARKUP = frozenset(
    (*_WIDGETS, "Placeholder", "Collapsible", "from_markup", "render_markup", "notify", "add_option", "add_row")
)
FIELDS_OF_MARKUP = frozenset({"border_title", "border_subtitle", "tooltip"})


def _name(call: ast.Call) -> str:
    function = call.func
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _draws_with_textual(tree: ast.Module) -> bool:
    modules = [
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    ]
    return any(name.split(".")[0] in ("textual", "rich") and name != "rich.cells" for name in modules)


def markup_from_variables(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    if not _draws_with_textual(tree):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in READS_MARKUP:
            told_not_to = any(
                k.arg == "markup" and isinstance(k.value, ast.Constant) and k.value.value is False
                for k in node.keywords
            )
            if not told_not_to and any(not isinstance(argument, ast.Constant) for argument in node.args):
                yield f"{node.lineno}: {_name(node)}()"
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == "markup" and not (
                    isinstance(keyword.value, ast.Constant) and not keyword.value.value
                ):
                    yield f"{node.lineno}: markup="
        if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr in FIELDS_OF_MARKUP:
                    yield f"{node.lineno}: {target.attr} ="


FILES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_no_markup_is_made_of_a_variable(file: Path):
    assert list(markup_from_variables(file.read_text(encoding="utf-8"))) == []


def test_the_desk_is_among_the_files_that_are_looked_at():
    drawing = [file.name for file in FILES if _draws_with_textual(ast.parse(file.read_text(encoding="utf-8")))]
    assert "app.py" in drawing
    assert "keyboard.py" in drawing


@pytest.mark.parametrize(
    "line",
    [
        'Static(f"[b]{title}[/b]")',
        "Static(title)",
        "widgets.Label(title)",
        "Content.from_markup(title)",
        "Text.from_markup(title)",
        "self.notify(error)",
        'app.notify(f"saved {name}")',
        "Content(text, markup=True)",
        "widget.tooltip = title",
        "widget.border_title = hit.title",
    ],
)
def test_the_search_finds_markup_from_a_variable(line: str):
    assert list(markup_from_variables(f"from textual.content import Content\n{line}\n"))


@pytest.mark.parametrize(
    "line", ['Static("ready")', "Static(title, markup=False)", "Content(title)", 'x.tooltip = "a"']
)
def test_the_search_lets_plain_text_pass(line: str):
    assert not list(markup_from_variables(f"from textual.content import Content\n{line}\n"))
