"""What a refusal or a decision names as flags can be clicked in the studio, or it is said why nothing need be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.studio.campaigns import bring_shop
from tests.studio.test_data import project_of, write_orders
from tests.studio.visitor import Visitor

import marketfold
from marketfold.config import flags, flags_named
from marketfold.decisions import kinds
from marketfold.runs import Run
from marketfold.studio.ways_out import PLACES, REMARKS, ways_out
from marketfold.studio.workspace import Project

HOME = Path(marketfold.__file__).parent
ELSEWHERE = {"cli", "page/images.py", "page/render.py", "studio/server.py", "runs/pages.py"}
"""What no page of the studio calls: the command line itself, Chromium, style sheets, where the studio listens."""


def _sentences() -> Iterator[str]:
    """Every text of the program but its docstrings."""
    for path in HOME.rglob("*.py"):
        if path.relative_to(HOME).parts[0] in ELSEWHERE or path.relative_to(HOME).as_posix() in ELSEWHERE:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
                yield node.value


def test_every_flag_that_a_sentence_names_has_its_place():
    named = {flag for sentence in _sentences() for flag in flags_named(sentence)} - {"--help", "--sans", "--json"}
    assert len(named) > 20
    assert named <= {*flags(), *PLACES, *REMARKS}, named - {*flags(), *PLACES, *REMARKS}


@pytest.mark.parametrize("flag", sorted({*flags(), *PLACES, *REMARKS}))
def test_every_flag_leads_somewhere(flag: str):
    found = ways_out(f"Try another {flag}.", Project("a"))
    assert found.places or found.remarks or found.choices


@pytest.mark.parametrize("undo", sorted({kind.undo for kind in kinds().values() if "--" in kind.undo}))
def test_every_decision_can_be_made_otherwise(undo: str):
    found = ways_out(undo, Project("a"))
    assert found.choices or found.places


def test_every_place_is_there(visitor: Visitor, made_run: Path):
    run = bring_shop(visitor.root, made_run)
    assert isinstance(run, Run)
    project = visitor.workspace.project("shop")
    visitor.post("/p/shop/again")
    visitor.wait_for_jobs()
    for flag in sorted({*flags(), *PLACES}):
        for place in ways_out(f"Try another {flag}.", project).places:
            address = urlsplit(place.address)
            page = visitor.get(address.path)
            assert page.status == 200, place
            assert not address.fragment or f'id="{address.fragment}"' in page.text, place


def test_what_was_given_is_taken_back_where_it_is_refused(visitor: Visitor):
    project = project_of(visitor, write_orders(visitor.root / "a.csv"))
    changes = {"settings": {"clustering": {"segments": 900}}}
    visitor.workspace.change(project.key, project.revision, **changes)
    revision = str(visitor.workspace.project("a").revision)
    visitor.post("/p/a/run", revision=revision)
    (job, *_) = visitor.wait_for_jobs()
    assert (job.kind, job.state) == ("run", "failed")
    assert "--segments" in job.message
    shown = visitor.get("/p/a/segments").text
    assert 'href="/p/a/segments#set-clustering-segments"' in shown
    back = re.search(r'name="back" value="([^"]+)"', shown)
    assert back
    now = str(visitor.workspace.project("a").revision)
    assert visitor.post("/p/a/take", revision=now, back=back[1], to="segments").headers["location"] == "/p/a/segments"
    assert visitor.workspace.project("a").settings == {}
    visitor.post(f"/jobs/{job.ident}/again")
    assert visitor.jobs.latest("a", "run").request["settings"] == {}  # type: ignore[union-attr]


def test_a_refusal_of_a_form_leads_to_its_place(visitor: Visitor):
    project_of(visitor, write_orders(visitor.root / "a.csv"))
    refused = visitor.post("/p/a/reading", revision="0", header_row="x")
    assert refused.status == 422
    assert "--header-row x is no whole number" in refused.text
    assert 'href="/p/a/data#field-header_row"' in refused.text


def test_what_can_be_clicked_is_not_told_as_a_flag(visitor: Visitor, made_run: Path):
    bring_shop(visitor.root, made_run)
    (key,) = (one.key for one in visitor.workspace.projects())
    visitor.post(f"/p/{key}/campaigns/audiences", do="count", to="google", consent="newsletter")
    (job, *_) = visitor.wait_for_jobs()
    assert (job.kind, job.state) == ("count", "failed")
    assert "--consent-column" in job.message
    shown = visitor.get(f"/p/{key}/campaigns/audiences").words
    assert "sounds like another consent; Google Ads needs consent to" in shown
    assert "Choose who agreed to be reached" in shown
    assert "--" not in shown
    planned = visitor.get(f"/p/{key}/campaigns").words
    assert "playbook was used" in planned
    assert {"Playbook: b2b", "Playbook: retail"} <= set(re.findall(r"Playbook: \w+", planned))
    assert "--playbook" not in planned
