"""YAML as the checker sees it: every scalar is text with its place; nothing is typed yet."""

from __future__ import annotations

from dataclasses import dataclass, field

Place = tuple[int, int]  # line and column, both from 1


@dataclass(slots=True)
class Scalar:
    """`plain`: written without quotes. `rest`: what follows on its last line (a comment, if anything)."""

    text: str
    at: Place
    plain: bool = True
    rest: str = ""

    @property
    def empty(self) -> bool:
        return self.plain and not self.text

    @property
    def comment(self) -> bool:
        return self.plain and self.rest.lstrip(" ").startswith("#")

    @property
    def swallowed(self) -> bool:
        """A ' #' so close to the words, or to what follows it, that it was hardly meant as a comment."""
        return self.comment and not (self.rest.startswith("  ") and self.rest.lstrip(" ")[1:2] in ("", " ", "#"))


@dataclass(slots=True)
class Map:
    at: Place
    flow: bool = False
    pairs: list[tuple[Scalar, Node]] = field(default_factory=list)

    def get(self, key: str) -> Node | None:
        return next((value for name, value in self.pairs if name.text == key), None)


@dataclass(slots=True)
class Seq:
    at: Place
    flow: bool = False
    items: list[Node] = field(default_factory=list)


Node = Scalar | Map | Seq


@dataclass(slots=True)
class Document:
    """`root` is None when nothing could be read. `damaged`: parts were left out after a syntax error, so that a missing
    key or name proves nothing."""

    root: Node | None
    damaged: bool = False
