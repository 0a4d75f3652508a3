"""The site of the documentation: it builds, nothing in it is broken or fetched, and it has what the source has."""

from __future__ import annotations

import re
import tomllib
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import typer.main
from handbook.__main__ import build, main
from handbook.checking import faults_of
from handbook.laying import HERE, MADE, lay_out
from playwright.sync_api import Browser, expect

import marketfold
from marketfold.cli.app import app
from marketfold.report.sentences.phrases import phrases

pytestmark = pytest.mark.xdist_group("browser")
LOOKED_AT = ("index", "tutorials/marketer", "reference/api", "reference/commands", "reference/glossary")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "site"
    assert build(out) == []
    return out


def text_of(page: Path) -> str:
    return unescape(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))


def test_every_page_stands_in_the_navigation(tmp_path: Path):
    lay_out(tmp_path)
    named = set(re.findall(r'"([\w/-]+\.md)"', (HERE / "zensical.toml").read_text(encoding="utf-8")))
    assert named == {path.relative_to(tmp_path / "docs").as_posix() for path in (tmp_path / "docs").rglob("*.md")}


def test_no_address_of_the_project_is_made_up():
    project = tomllib.loads((HERE / "zensical.toml").read_text(encoding="utf-8"))["project"]
    assert not {"site_url", "repo_url", "edit_uri"} & set(project)


@pytest.mark.parametrize("link", ["[x](gone.md)", "[x](library.md#gone)", '<a href="#gone">x</a>'])
def test_a_broken_link_stops_the_build_and_what_was_built_stays(
    link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(MADE, "api", lambda: f"# Every name\n\n{link}\n")
    (tmp_path / "before").touch()
    assert "gone" in "".join(build(tmp_path))
    assert (tmp_path / "before").exists()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ('<a href="gone.html">', "gone.html leads nowhere"),
        ('<a href="#gone">', "#gone leads nowhere"),
        ('<a href="other.html#gone">', "other.html#gone leads nowhere"),
        ('<img src="gone.png">', "gone.png leads nowhere"),
        ('<script src="https://cdn.example/x.js"></script>', "loads https://cdn.example/x.js from a network"),
        ('<link rel="stylesheet" href="//fonts.example/x.css">', "loads //fonts.example/x.css from a network"),
        ('<img srcset="https://cdn.example/x.png 2x">', "loads https://cdn.example/x.png 2x from a network"),
    ],
)
def test_what_is_broken_in_a_page_is_found(broken: str, said: str, tmp_path: Path):
    (tmp_path / "other.html").write_text('<h1 id="there">', encoding="utf-8")
    page = tmp_path / "index.html"
    page.write_text('<a href="other.html#there"><a href="https://example.com">', encoding="utf-8")
    assert faults_of(tmp_path) == []
    page.write_text(broken, encoding="utf-8")
    assert faults_of(tmp_path) == [f"index.html: {said}"]


def test_a_font_of_a_network_is_found_in_a_style(tmp_path: Path):
    (tmp_path / "x.css").write_text('@import "https://fonts.example/a.css"; p { src: url(//x.example/f) }', "utf-8")
    assert len(faults_of(tmp_path)) == 2


def test_every_public_name_is_described_with_its_example(site: Path):
    page = (site / "reference" / "api.html").read_text(encoding="utf-8")
    described = dict(re.findall(r'<h3 id="marketfold\.[\w.]*?(\w+)"(.*?)(?=<h3 id="marketfold\.|\Z)', page, re.DOTALL))
    assert set(described) == set(marketfold.__all__)
    without = [name for name, text in described.items() if "Examples" not in text]
    assert set(without) <= {"errors", "figures"}
    assert "<blockquote" not in page, "an example without its heading"
    assert not [name for name in dir(marketfold.figures) if name not in described["figures"]]


def test_every_command_and_flag_is_described(site: Path):
    text = text_of(site / "reference" / "commands.html")
    ours: Any = typer.main.get_command(app)
    for name, command in ours.commands.items():
        context = command.make_context(name, [], resilient_parsing=True)
        for one in command.get_params(context):
            told = [one.metavar or one.name.upper()] if one.param_type_name == "argument" else one.opts
            assert one.name == "help" or all(word in text for word in told), f"{name}: {told}"
            assert one.name == "help" or (one.help or "").replace("`", "") in text, f"{name}: {one.help}"


def test_every_word_of_the_reports_glossary_is_there(site: Path):
    text = text_of(site / "reference" / "glossary.html")
    assert not [word for word, meaning in phrases("glossary").items() if word not in text or meaning not in text]


@pytest.mark.browser
@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_page_fits_a_phone_and_asks_no_network(name: str, site: Path, chromium: Browser):
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / f"{name}.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
    page.close()


@pytest.mark.browser
def test_the_pages_can_be_searched_without_a_server(site: Path, chromium: Browser):
    page = chromium.new_page()
    page.goto((site / "index.html").as_uri())
    page.get_by_role("button", name="Search").first.click()
    page.get_by_placeholder("Search").press_sequentially("holdout", delay=50)
    expect(page.get_by_text("How a campaign is measured").locator("visible=true").first).to_be_visible()
    page.close()


def test_help_says_what_it_does_and_builds_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr("sys.argv", ["handbook", "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert "Build the documentation as a site" in capsys.readouterr().out
