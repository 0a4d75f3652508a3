"""Messages of an aim: the first alternative that fits, and names that may stand in one."""

from __future__ import annotations

import pytest

from marketfold.campaigns.drafts import (
    DraftTemplate,
    alike,
    check_template,
    check_text,
    fill_text,
    presentable,
    upfirst,
    write_drafts,
)


def template(**fields: tuple[str, ...] | str) -> DraftTemplate:
    plain = dict.fromkeys(("subject", "google_headline", "google_description", "meta_headline", "meta_text"), ("x",))
    return DraftTemplate.model_validate(plain | {"title": "Mail", "body": "x"} | fields)


@pytest.mark.parametrize(
    ("field", "limit"),
    [("subject", 60), ("google_headline", 30), ("google_description", 90), ("meta_headline", 40), ("meta_text", 125)],
)
def test_the_first_text_that_fits_its_platform_is_taken(field: str, limit: int):
    fits, long = "a" * limit, "b" * (limit + 1)
    for texts, taken in (((fits, "c"), fits), ((long, "c"), "c"), ((long, "c", "d"), "c"), (("c", fits), "c")):
        (draft,) = write_drafts([template(**{field: texts})], {})
        assert getattr(draft, field) == taken
    (draft,) = write_drafts([template(**{field: (f" {fits} ",)})], {})
    assert getattr(draft, field) == fits  # blanks around it do not count
    (draft,) = write_drafts([template(**{field: (long,)})], {})
    assert getattr(draft, field) == long  # better than nothing


def test_what_asks_for_something_unknown_is_passed_over():
    asking = template(subject=("{{ category }} for you", "{{ season }}", "Hello"), body="{{ promise }}, {{merge.link}}")
    known = {"promise": "a gift"}
    (draft,) = write_drafts([asking], known)
    assert (draft.title, draft.subject, draft.body) == ("Mail", "Hello", "a gift, {{link}}")
    (draft,) = write_drafts([asking], known | {"category": "Tea"})
    assert draft.subject == "Tea for you"
    assert [one.subject for one in write_drafts([asking, template()], known)] == ["Hello", "x"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("green tea", "Green tea"), ("GREEN TEA", "Green Tea"), ("TEAS", "TEAS"), ("SPICE", "Spice"),
        ("  tea \n cups ", "Tea cups"), ("a" * 26, "A" + "a" * 25), ("a" * 27, None), ("Tea 2", None), ("-tea", None),
        ("Tea & Co", "Tea & Co"), ("Tea; cups", None), ("Misc", None), ("N/A", None), ("Others", None), ("", None),
        (None, None), ("x", "X"),
    ],
)  # fmt: skip
def test_a_name_may_stand_in_a_message(name: str | None, shown: str | None):
    assert presentable(name) == shown


def test_the_first_letter_is_made_large_and_no_other():
    assert [upfirst(text) for text in ("tea cups", "TEA", "", "é")] == ["Tea cups", "TEA", "", "É"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Tea", ""),
        ("{{ promise if promise is defined else 'Tea' }}", ""),
        ("{{ promise }}", "it needs what may be absent"),
        ("{{ promisse }}", "asks for 'promisse'"),
        ("{% if %}", "cannot be read"),
        ("{% for x in 'abc' %}{{ x }}{% endfor %}", "it has a for"),
        ("a" * 20_000, ""),
        ("a" * 20_001, "it has 20,001 characters"),
    ],
)
def test_a_text_must_say_something_whatever_is_known(text: str, says: str):
    found = check_text(text)
    assert len(found) == bool(says)
    assert says in "".join(what for what, _ in found)


@pytest.mark.parametrize(
    ("field", "texts", "promises", "says"),
    [
        ("subject", ("{{ promise }}",), ("a" * 60,), ""),
        ("subject", ("{{ promise }}",), ("a", "a" * 61), "has 61 characters, 60 are allowed"),
        ("subject", ("{{ promise }}{{ promise }}", "Tea"), ("a" * 61,), ""),
        ("body", ("{{ promise }}",), ("a" * 900,), ""),
        ("subject", ("Tea", "{{ category }}"), ("a",), "the last alternative needs what may be absent"),
        ("subject", ("{{ nothing }}", "Tea"), ("a",), "asks for 'nothing'"),
        ("subject", ("Tea", "{{ nothing }}"), (), "asks for 'nothing'"),
        ("subject", ("{{ category }}",), (), ""),
    ],
)
def test_the_last_alternative_fits_with_every_promise(
    field: str, texts: tuple[str, ...], promises: tuple[str, ...], says: str
):
    found = check_template(field, texts, promises)
    assert len(found) == bool(says)
    assert says in "".join(what for what, _ in found)


def test_a_wrong_word_is_told_with_the_closest_right_one():
    ((_, hint),) = check_text("{{ catgory }}")
    assert hint == "closest: 'category'."
    ((_, hint),) = check_text("{{ merge.qqqq }}")
    assert hint.startswith("known: promise, category, ")
    assert fill_text(" {{ amount }} or more ", {"amount": "50"}) == "50 or more"


@pytest.mark.parametrize(("common", "found"), [(8, True), (7, False)])
def test_four_of_five_words_in_common_read_alike(common: int, *, found: bool):
    one = [f"w{n}" for n in range(10)]
    other = [word if n < common else f"v{n}" for n, word in enumerate(one)]
    assert alike(" ".join(one), " ".join(other)) is found
