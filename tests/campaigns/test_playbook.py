from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from marketfold.campaigns import load_playbook
from marketfold.campaigns.customers import SegmentFacts
from marketfold.campaigns.drafts import LIMITS, SUBJECT_LIMIT, fill_text, presentable, write_drafts
from marketfold.campaigns.playbook import (
    SHIPPED,
    AimRule,
    Condition,
    Offer,
    Rule,
    _checked,
    _fields_at,
    _Known,
    _spelled,
    select_aim,
)
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
        (
            'offers = ["early_access", "ten_percent"]',
            'offers = ["ten_procent"]',
            ["offers[1]: there is no offer", "closest: 'ten_percent'"],
        ),
        (
            'channel = "email", share = 0.5',
            'channel = "emial", share = 0.5',
            ["win_back.channels[1]: there is no channel 'emial'", "closest: 'email'"],
        ),
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


FACTS_OF_IT = SegmentFacts({"order_count": 4.0}, {"order_count": 2.0}, 100.0)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"fact": "order_count", "at_least": 4}, True),
        ({"fact": "order_count", "at_least": 4.1}, False),
        ({"fact": "order_count", "at_most": 4}, True),
        ({"fact": "order_count", "at_most": 3.9}, False),
        ({"fact": "order_count", "at_least": 3, "at_most": 3.5}, False),
        ({"fact": "order_count", "at_least": 4.5, "at_most": 5}, False),
        ({"fact": "order_count", "times_everyone_at_least": 2}, True),
        ({"fact": "order_count", "times_everyone_at_least": 2.1}, False),
        ({"fact": "order_count", "times_everyone_at_most": 2}, True),
        ({"fact": "order_count", "times_everyone_at_most": 1.9}, False),
        ({"fact": "order_count", "at_least": 4, "times_everyone_at_least": 2.1}, False),
        ({"fact": "recency_days", "at_most": 1_000}, False),  # a fact that is not known of this segment
        ({"fact": "basket", "at_most": 1_000}, False),  # a feature is no fact
        ({"feature": "basket", "at_least": 30}, True),
        ({"feature": "basket", "at_least": 31}, False),
        ({"feature": "basket", "times_everyone_at_most": 100}, False),  # what everybody's is is not known
        ({"feature": "order_count", "at_least": 0}, False),
    ],
)
def test_a_condition_holds_from_its_bound_on(condition: dict[str, Any], *, holds: bool):
    """Of a segment with four orders each where everybody has two, and baskets of 30."""
    met = _Known(FACTS_OF_IT, {"basket": 30.0}, {}).met(Condition(**condition))
    assert (met is not None) is holds
    if met is not None:
        assert (met.value, met.everyone) == ((4.0, 2.0) if met.fact else (30.0, None))


def test_all_conditions_must_hold_and_none_hold_always():
    known = _Known(FACTS_OF_IT, {}, {})
    least, most = Condition(fact="order_count", at_least=4), Condition(fact="order_count", at_most=3)
    assert known.all_met(()) == ()
    assert [known.all_met(some) is None for some in ((least,), (least, least), (least, most), (most,))] == [
        False, False, True, True
    ]  # fmt: skip


CONDITION = '{ fact = "recency_days", at_most = 1000 }'


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ('{ fact = "recency_days" }', "rules[1].when[2]: no bound is given"),
        ("{ at_most = 1000 }", "rules[1].when[2]: name either a fact or a feature"),
        ('{ fact = "recency_days", feature = "trend", at_most = 1 }', "rules[1].when[2]: name either"),
        ('{ fact = "recency_day", at_most = 1 }', "rules[1].when[2].fact: there is no fact 'recency_day'"),
        ('{ fact = "recency_days", at_least = "many" }', "rules[1].when[2].at_least: "),
        ('{ fact = "recency_days", at_leest = 1 }', "rules[1].when[2].at_leest: there is no such key"),
    ],
)
def test_what_is_wrong_with_a_condition_is_said_with_its_place(condition: str, says: str):
    text = files("marketfold.campaigns").joinpath("playbooks/retail.toml").read_text("utf-8")
    first, offers, others = text.partition("[offers.")
    rule = f'[[rules]]\naim = "keep"\nwhen = [{CONDITION}, {condition}]\n\n'
    at = first.index("[[rules]]")
    text = first[:at] + rule + first[at:] + offers + others
    with pytest.raises(PlaybookError) as caught:
        _checked("ours.toml", text)
    assert says in str(caught.value)
    assert "when[1]" not in str(caught.value)


def test_a_playbook_that_is_read_stays_as_it_is():
    with pytest.raises(ValidationError, match="frozen"):
        load_playbook("retail").rules[0].aim = "keep"
    with pytest.raises(ValidationError, match="no_such"):
        Condition.model_validate({"fact": "order_count", "no_such": 1})


@pytest.mark.parametrize(
    ("location", "text"),
    [(("rules", 1, "when", 0, "fact"), "rules[2].when[1].fact"), (("name",), "name"), ((0, "x"), "[1].x"), ((), "")],
)
def test_places_are_counted_from_one(location: tuple[int | str, ...], text: str):
    assert _spelled(location) == text


@pytest.mark.parametrize(
    ("location", "known", "unknown"),
    [
        (("titel",), "companies", "aim"),
        (("rules", 0, "aims"), "when", "title"),
        (("rules", 0, "when", 1, "atleast"), "at_least", "aim"),
        (("offers", "gift", "prize"), "promise", "fact"),
        (("offers", "gift", "when", 0, "atleast"), "at_least", "promise"),
        (("aims", "keep", "gaol"), "goal", "subject"),
        (("aims", "keep", "channels", 0, "part"), "share", "needs"),
        (("aims", "keep", "drafts", 0, "titel"), "subject", "goal"),
        (("channels", "mail", "need"), "needs", "share"),
        (("nothing", "x"), "companies", "aim"),
    ],
)
def test_a_wrong_key_is_compared_with_those_of_its_place(location: tuple[int | str, ...], known: str, unknown: str):
    fields = _fields_at(location)
    assert known in fields
    assert unknown not in fields


@pytest.mark.parametrize(("share", "faulty"), [("0.501", False), ("0.5012", True), ("0.4991", False), ("0.4988", True)])
def test_shares_of_channels_add_up_to_one_within_a_thousandth(tmp_path: Path, share: str, *, faulty: bool):
    path = written(tmp_path, 'channel = "email", share = 0.5', f'channel = "email", share = {share}')
    if faulty:
        with pytest.raises(PlaybookError, match="they must add up to 1"):
            load_playbook(path)
    else:
        assert len(load_playbook(path).aims) == len(AIMS)


def test_the_first_rule_and_the_first_offer_that_hold_are_taken():
    book = load_playbook("retail")
    four, five = Condition(fact="order_count", at_least=4), Condition(fact="order_count", at_least=5)
    often = Condition(feature="basket", times_everyone_at_least=1.5)
    first, second, third = list(book.offers)[:3]
    offers = {
        key: Offer(title=key, promise=key, reason=key, when=when)
        for key, when in ((first, (five,)), (second, (four,)), (third, ()))
    }
    aims = {key: aim.model_copy(update={"offers": (first, second, third)}) for key, aim in book.aims.items()}
    rules = (Rule(aim="reward", when=(five,)), Rule(aim="keep", when=(four, often)), Rule(aim="win_back"))
    ours = book.model_copy(update={"rules": rules, "aims": aims, "offers": offers})
    aim, offer, why = select_aim(ours, FACTS_OF_IT, {"basket": 30.0}, {"basket": 20.0})
    assert (aim, offer) == ("keep", second)
    assert (why.number, why.n_rules, why.title) == (2, 3, book.aims["keep"].title)
    assert [(one.fact, one.feature, one.value, one.everyone) for one in why.conditions] == [
        ("order_count", None, 4, 2), (None, "basket", 30, 20)
    ]  # fmt: skip
    assert [(one.at_least, one.times_everyone_at_least) for one in why.conditions] == [(4, None), (None, 1.5)]
    last = select_aim(ours, SegmentFacts({"order_count": 3.0}, {}, 0.0), {"basket": 30.0}, {"basket": 20.0})
    assert last == ("win_back", third, AimRule(3, 3, book.aims["win_back"].title, ()))
