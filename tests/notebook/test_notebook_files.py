"""A script in percent format becomes a notebook, and nothing that a file says becomes code."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

import nbformat
import pytest
from tests.notebook.facts import facts_of_text

from marketfold.notebook import NotebookFacts, TextReading, as_notebook, cells_of, render_notebook
from marketfold.notebook.render import CHAPTERS
from marketfold.units import Feature

OUTCOMES = (
    "Why segments make marketing better", "Looking at data and refining them", "What an autoencoder is",
    "Building and training one in Keras", "K-means", "The elbow, and WCSS", "K-means in scikit-learn",
    "PCA: from three dimensions to two", "PCA for reduction",
)  # fmt: skip
EVIL = 'x"]\n# %%\nraise SystemExit("run")\n#: include "opening.py.j2" << 1 >> {{ 1 }} \'\'\' """ `*`'


@pytest.fixture
def facts() -> NotebookFacts:
    return facts_of_text()


def test_there_is_a_chapter_for_each_outcome_in_their_order(facts: NotebookFacts):
    heads = [cell.text.splitlines()[0] for cell in cells_of(render_notebook(facts)) if cell.text.startswith("## ")]
    numbered = [head for head in heads if head[3].isdigit()]
    assert numbered == [f"## {place}. {outcome}" for place, outcome in enumerate(OUTCOMES, start=1)]
    assert len(CHAPTERS) == len(OUTCOMES) + 2


def test_each_outcome_has_an_exercise_with_a_folded_solution(facts: NotebookFacts):
    cells = cells_of(render_notebook(facts))
    for place in range(1, len(OUTCOMES) + 1):
        (asked,) = [n for n, cell in enumerate(cells) if cell.text.startswith(f"**Exercise {place}")]
        assert cells[asked + 1].text == "# Your turn."
        assert cells[asked + 2].folded


def test_the_notebook_is_one(facts: NotebookFacts):
    script = render_notebook(facts)
    made = as_notebook(script)
    nbformat.validate(nbformat.from_dict(made))
    assert not any(cell.get("outputs") for cell in made["cells"])
    folded = [cell for cell in made["cells"] if "solution" in cell["metadata"].get("tags", ())]
    assert folded
    assert all(cell["metadata"]["jupyter"]["source_hidden"] for cell in folded)
    ids = [cell["id"] for cell in made["cells"]]
    assert len(set(ids)) == len(ids)
    assert as_notebook(script) == made


def test_it_imports_nothing_of_ours(facts: NotebookFacts):
    tree = ast.parse(render_notebook(facts))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in named} == {
        "hashlib", "keras", "numpy", "os", "pandas", "pathlib", "plotly", "sklearn",
    }  # fmt: skip


def test_a_reducer_that_was_added_is_taken_from_the_model_of_the_run(facts: NotebookFacts):
    script = render_notebook(replace(facts, goal=replace(facts.goal, method="projection")))
    assert "dimensions = SegmentModel.load(RUN).reducer.transform(X.to_numpy())" in script
    ast.parse(script)


def test_places_stand_in_one_cell(facts: NotebookFacts):
    cells = [cell for cell in cells_of(render_notebook(facts)) if "/somewhere/" in cell.text]
    assert len(cells) == 1
    assert cells[0].text.startswith("from pathlib import Path")


def hostile(facts: NotebookFacts) -> NotebookFacts:
    """The same of a file whose names and cells would be code if they could."""
    assert facts.data.reading is not None
    columns: dict[str, str] = dict.fromkeys(facts.data.reading.columns, EVIL)
    reading: TextReading = replace(facts.data.reading, columns=columns, null_values=(EVIL,), separator=EVIL[:1])
    data: dict[str, Any] = {"name": EVIL, "reading": reading, "said": (EVIL,)}
    feature = Feature(EVIL, EVIL, "money", "value", block=EVIL)
    measured = replace(facts.measured, features=(feature,), formulas={EVIL: "1"}, wanted=(EVIL,), names=(EVIL,))
    return replace(facts, data=replace(facts.data, **data), measured=measured, goal=replace(facts.goal, why_k=EVIL))


def test_what_a_file_says_is_never_code(facts: NotebookFacts):
    usual, told = (render_notebook(one) for one in (facts, hostile(facts)))
    assert len(cells_of(told)) == len(cells_of(usual))
    raised = [node for node in ast.walk(ast.parse(told)) if isinstance(node, ast.Raise)]
    assert not raised
    texts = [cell.text for cell in cells_of(told) if cell.markdown]
    assert not any("\nraise" in text for text in texts)
