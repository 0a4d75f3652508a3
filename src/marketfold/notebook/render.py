"""Facts of a run → a notebook as a Python script in percent format, one template for each outcome."""

from __future__ import annotations

import re
import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from marketfold import words
from marketfold.customer_tables import NO, YES
from marketfold.orders import DAY_NUMBER, NAMED_MONTH
from marketfold.reduction import label_of

if TYPE_CHECKING:
    from marketfold.notebook.facts import NotebookFacts

CHAPTERS = (
    "opening",
    "why_segments",
    "refining",
    "what_is_an_autoencoder",
    "autoencoder_in_keras",
    "kmeans",
    "elbow",
    "kmeans_in_sklearn",
    "pca_three_to_two",
    "pca_for_reduction",
    "closing",
)
"""Templates in their order: between an opening and a closing one for each outcome."""
WIDTH = 100
_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~$])")


def _prose(value: object) -> str:
    """Text of a run in a cell of Markdown: on one line, and none of its signs mean anything."""
    return _MARKDOWN_SIGNS.sub(r"\\\1", " ".join(words.printable(str(value)).split()))


def _point(value: object) -> str:
    """A sentence as a point of a list, in comment lines."""
    return "\n".join(
        textwrap.wrap(_prose(value), WIDTH, initial_indent="# - ", subsequent_indent="#   ", break_long_words=False)
    )


def _literal(value: object) -> str:
    """A value as Python writes it, with the quotes that the templates have where a text needs no escape."""
    text = repr(value)
    return f'"{text[1:-1]}"' if isinstance(value, str) and not set("\"'\\") & set(text[1:-1]) else text


def _code(value: Any) -> str:
    """A value as Python writes it; a long list on several lines."""
    if not isinstance(value, list | tuple):
        return _literal(value)
    lines = [""]
    for part in (f"{_literal(one)}, " for one in value):
        if lines[-1] and len(lines[-1] + part) > WIDTH:
            lines.append("")
        lines[-1] += part
    if len(lines) == 1:
        return f"[{lines[0].removesuffix(', ')}]"
    return "\n".join(["[", *(f"    {line.rstrip()}" for line in lines), "]"])


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("marketfold.notebook"),
        autoescape=False,  # noqa: S701  (what is put in is code by `code`, or text by `prose`)
        undefined=StrictUndefined,
        line_statement_prefix="#:",
        variable_start_string="<<",
        variable_end_string=">>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(code=_code, prose=_prose, point=_point, count=words.count, plural=words.plural)
    environment.filters["label"] = label_of
    environment.globals.update(DAY_NUMBER=DAY_NUMBER, NAMED_MONTH=NAMED_MONTH, YES=YES, NO=NO)
    return environment


def render_notebook(facts: NotebookFacts, chapters: tuple[str, ...] = CHAPTERS) -> str:
    """Write the notebook of a run as a script in percent format.

    What a file says stands in it as Python writes a text, or as prose whose signs mean nothing: none of it is run.
    """
    blanks = vars(facts) | {"own": facts.own_network}
    templates = (_environment().get_template(f"{chapter}.py.j2") for chapter in chapters)
    cells = "\n".join(template.render(blanks) for template in templates)
    return _spaced(cells)


def _spaced(script: str) -> str:
    """One blank line before each cell, and two before a function."""
    script = re.sub(r"\n+(?=# %%)", "\n\n", script)
    script = re.sub(r"^(# %%.*\n)\n+", r"\1", script, flags=re.MULTILINE)
    script = re.sub(r"(?<=[^\n])\n+(?=def )", "\n\n\n", script)
    return re.sub(r"\n{4,}", "\n\n\n", script).strip() + "\n"
