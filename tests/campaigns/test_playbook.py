from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from marketfold.campaigns import load_playbook
from marketfold.campaigns.drafts import LIMITS, SUBJECT_LIMIT, fill_text, presentable, write_drafts
from marketfold.campaigns.playbook import SHIPPED
from marketfold.errors import PlaybookError

AIMS = {"recommend", "win_back", "second_order", "keep", "grow_basket", "cross_sell", "reward"}


def written(tmp_path: Path, old: str, new: str) -> Path:
    """The retail playbook with one thing changed."""
    text = files("marketfold.campaigns").joinpath("playbooks/retail.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "ours.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_playbook_knows_every_aim(name: str):
    playbook = load_playbook(name)
    assert set(playbook.aims) == AIMS
    assert {rule.aim for rule in playbook.rules} == AIMS


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize(
    "words",
    [
        {},
        {"category": "Classic Cars", "next_category": "Trucks and Buses", "season": "September"},
        {"category": "Home and Garden Furniture", "next_category": "Seasonal Decorations Room"},
        {"season": "September"},
        {"next_category": "Tea"},
        {"long_ago": "yes"},
        {"again": "yes"},
        {"again": "yes", "category": "Classic Cars", "next_category": "Trucks and Buses", "season": "September"},
        {"again": "yes", "next_product": "Porcelain Teapot", "threshold": "\u20ac100,000", "amount": "\u20ac100,000"},
    ],
)
def test_every_text_fits_its_platform_whatever_is_known(name: str, words: dict[str, str]):
    playbook = load_playbook(name)
    for aim in playbook.aims.values():
        for offer in aim.offers:
            for draft in write_drafts(
                aim.drafts, words | {"promise": fill_text(playbook.offers[offer].promise, words)}
            ):
                for field, limit in {**LIMITS, "subject": SUBJECT_LIMIT}.items():
                    text = getattr(draft, field)
                    assert 0 < len(text) <= limit, (aim.title, draft.title, field, text)
                assert "{%" not in draft.body
                assert "undefined" not in draft.body.lower()
                assert not draft.body.count("\n\n\n")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('aim = "second_order"', 'aim = "second_ordre"', ["rules[4].aim", "second_ordre", "closest: 'second_order'"]),
        ("at_least = 2", "atleast = 2", ["rules[3].when[1].atleast", "closest: 'at_least'"]),
        ('fact = "order_count"', 'fact = "order_cuont"', ["order_cuont", "closest: 'order_count'"]),
        ("discount = 0.10", "discount = 10", ["offers.ten_percent.discount", "less than 1"]),
        ('primary = "order_rate"', 'primary = "clicks"', ["aims.recommend.primary", "clicks"]),
        ('primary = "order_rate"', 'primary = "order_rate"\nbudget_weight = 0', ["budget_weight", "greater than 0"]),
        ("share = 0.5", "share = 0", ["aims.win_back.channels[1].share", "greater than 0"]),
        ('title = "', 'title = "" # "', ["- title:", "at least 1"]),
        ('promise = "', 'promise = "" # "', ["offers.ten_percent.promise", "at least 1"]),
        ('reason = "', 'reason = "" # "', ["offers.ten_percent.reason", "at least 1"]),
        (
            'offers = ["early_access", "ten_percent"]',
            'offers = ["ten_percent", "gift", "early_access"]',
            ["the last offer must suit always"],
        ),
        ('offers = ["early_access", "ten_percent"]', 'offers = ["ten_procent"]', ["closest: 'ten_percent'"]),
        ('channel = "email", share = 0.5', 'channel = "emial", share = 0.5', ["emial", "closest: 'email'"]),
        ('channel = "email", share = 0.5', 'channel = "email", share = 0.9', ["add up to 1.4"]),
        ("{{ promise }}", "{{ promisse }}", ["drafts[1].body", "promisse", "closest: 'promise'"]),
        ("{{ merge.first_name }}", "{{ merge.firstname }}", ["firstname", "closest: 'first_name'"]),
        ("{% if category is defined %}", "{% if category is defned %}", ["drafts[1].body", "cannot be read"]),
        ("Come Back and Take a Look", "Come Back and Take a Good Long Look at It", ["30 are allowed"]),
        ('[[rules]]\naim = "keep"\n\n# ---', "# ---", ["the last rule must hold always"]),
        ('name = "retail"', "name = 7", ["name"]),
        ('name = "retail"', "name = retail", ["not a TOML file"]),
    ],
)
def test_a_fault_is_named_with_file_key_and_closest_word(tmp_path: Path, old: str, new: str, says: list[str]):
    path = written(tmp_path, old, new)
    with pytest.raises(PlaybookError) as raised:
        load_playbook(path)
    message = str(raised.value)
    assert "ours.toml" in message
    for part in says:
        assert part in message


def test_all_faults_come_at_once(tmp_path: Path):
    text = written(tmp_path, 'aim = "second_order"', 'aim = "x"').read_text("utf-8")
    path = tmp_path / "ours.toml"
    path.write_text(text.replace('fact = "order_count"', 'fact = "y"', 1), encoding="utf-8")
    with pytest.raises(PlaybookError) as raised:
        load_playbook(path)
    assert len(raised.value.faults) == 2


def test_a_missing_playbook_points_at_the_shipped_ones():
    with pytest.raises(PlaybookError, match="Did you mean 'retail'"):
        load_playbook("retial")


def test_a_template_cannot_reach_into_python(tmp_path: Path):
    path = written(tmp_path, "{{ promise }}", "{{ promise.__class__.__mro__ }}")
    with pytest.raises(PlaybookError):
        load_playbook(path)


def test_the_shipped_files_are_documented():
    page = Path(__file__).parents[2] / "docs" / "reference" / "playbook.md"
    text = page.read_text("utf-8")
    raw = tomllib.loads(files("marketfold.campaigns").joinpath("playbooks/retail.toml").read_text("utf-8"))
    for key in (*raw, *raw["aims"]["keep"], *raw["aims"]["keep"]["drafts"][0], *raw["offers"]["ten_percent"]):
        assert f"`{key}`" in text, key


@pytest.mark.parametrize("name", ["S18_3232", "P1042", "other", "Unknown", "a" * 40, "", "=Tea", "100% cotton"])
def test_what_is_not_fit_for_a_message_is_left_out(name: str):
    assert presentable(name) is None
