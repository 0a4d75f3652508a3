"""A shop whose segments have campaigns, as a project of a studio."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

from tests.conftest import SHOP_LINES
from tests.studio.visitor import Answer

from marketfold.csv_files import write_csv
from marketfold.demo import make_later_orders, make_shop
from marketfold.json_files import read_json, write_json
from marketfold.orders import fingerprint
from marketfold.page import kept_apart
from marketfold.runs import Run
from marketfold.studio.opening import made_with
from marketfold.studio.workspace import Workspace

SHOP = make_shop(SHOP_LINES)
"""The shop of `made_run`."""


def bring_shop(root: Path, made_run: Path) -> Run:
    """The finished run below a root, with its order file and the project `shop`."""
    write_csv(SHOP.lines, root / "shop.csv")
    folder = Path(shutil.copytree(made_run, root / "runs" / "shop"))
    record = read_json(folder / "run.json")
    record["input"] |= {"path": str(root / "shop.csv"), "sha256": fingerprint(root / "shop.csv")}
    write_json(record, folder / "run.json")
    workspace, run = Workspace(root), Run.read(folder)
    project = workspace.create("shop", root / "shop.csv", made_with(run, root))
    workspace.change(project.key, None, run=workspace.told(run.home))
    return run


def bring_later_orders(root: Path, run: Run, lift: float = 0.8) -> str:
    """Orders after the campaigns, which brought so much more from those reached; the file's path below the root."""
    arms = run.segments.select(["customer_id", "arm"]).to_pylist()
    treated = {row["customer_id"] for row in arms if row["arm"] == "treated"}
    write_csv(make_later_orders(SHOP, treated, lift), root / "later.csv")
    return "later.csv"


def form_of(page: Answer) -> dict[str, str]:
    """What the form of the plan was filled with, as its page says."""
    return {name: html.unescape(_match(rf'name="{name}" value="([^"]*)"', page.text)) for name in ("plan", "was")}


def _match(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, pattern
    return found[1]


def field_text(page: Answer, path: str) -> str:
    """What stands in a field of the form."""
    name = re.escape(f'name="{path}"')
    line = re.search(rf'<input[^>]*{name} value="([^"]*)"', page.text)
    long = re.search(rf"<textarea[^>]*{name}[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)
    found = line or long
    assert found, path
    return kept_apart(html.unescape(found[1]))
