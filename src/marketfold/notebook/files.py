"""A script in percent format as a notebook file."""

from __future__ import annotations

import hashlib
import re
from typing import Any, NamedTuple

from marketfold.version import __version__

SOLUTION = "solution"
_HEAD = re.compile(r"^# %%(?P<rest>.*)$", re.MULTILINE)


class Cell(NamedTuple):
    """A cell: whether it is Markdown, its text, and whether it is folded until the reader opens it."""

    markdown: bool
    text: str
    folded: bool


def cells_of(script: str) -> list[Cell]:
    r"""The cells of a script.

    >>> cells_of("# %% [markdown]\n# Title\n\n# %%\n1 + 1\n")
    [Cell(markdown=True, text='Title', folded=False), Cell(markdown=False, text='1 + 1', folded=False)]
    """
    heads = list(_HEAD.finditer(script))
    ends = [head.start() for head in heads[1:]] + [len(script)]
    return [_cell(head["rest"], script[head.end() : end].strip()) for head, end in zip(heads, ends, strict=True)]


def _cell(rest: str, body: str) -> Cell:
    if "[markdown]" not in rest:
        return Cell(markdown=False, text=body, folded=SOLUTION in rest)
    text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in body.splitlines())
    return Cell(markdown=True, text=text, folded=False)


def _plain(place: int, cell: Cell) -> dict[str, Any]:
    source = cell.text.splitlines(keepends=True)
    known = hashlib.sha256(f"{place} {cell.text}".encode()).hexdigest()[:8]
    if cell.markdown:
        return {"cell_type": "markdown", "id": known, "metadata": {}, "source": source}
    folded = {"jupyter": {"source_hidden": True}, "tags": [SOLUTION]} if cell.folded else {}
    code: dict[str, Any] = {"execution_count": None, "outputs": [], "metadata": folded}
    return {"cell_type": "code", "id": known, "source": source} | code


def as_notebook(script: str) -> dict[str, Any]:
    """A script as a notebook of format 4.5, ready for JSON.

    It has no outputs: those of other people's lines are not to be passed on with it, and each comes by running it.
    """
    return {
        "cells": [_plain(place, cell) for place, cell in enumerate(cells_of(script))],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "marketfold": {"version": __version__},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
