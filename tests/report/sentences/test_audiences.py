from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from marketfold.audiences import Audience, AudienceReport, platform_named
from marketfold.audiences.account import WarningCode
from marketfold.report.sentences.audiences import (
    audience_account,
    describe_notes,
    describe_refusal,
    describe_together,
    describe_warnings,
)

FIRST = Audience(
    segment=1, customers=120, held_out=0, without_consent=0, nothing_to_match=0, suppressed=0, written=120,
    files=("seg_01_2026q4_google.csv",), with_phone=60, with_address=120, consent_unclear=15, repeated=0, in_eea=7,
)  # fmt: skip
REPORT = AudienceReport(
    "google", date(2026, 11, 23), "As asked.", (FIRST,), ("identifiers missing", "coverage"), ("phone", "address")
)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("weak", "Weak: it does not come out again"),
        ("allowed", "as asked: Google Ads cannot use fewer than 100 people"),
        ("few", "Google Ads may not use audiences under 1,000 people."),
        ("consent unclear", "15 consent entries are neither yes nor no"),
        ("repeated", "share the e-mail or phone of another, and are written once."),
        ("in EEA", "7 are in the EEA: Google wants their consent for ad_user_data"),
        ("in parts", "Written into 1 files, as Google Ads limits"),
    ],
)
def test_every_warning_is_said_with_its_number(code: WarningCode, said: str):
    (sentence,) = describe_warnings(replace(FIRST, warnings=(code,)), platform_named("google"))
    assert said in sentence


def test_a_platform_says_why_few_are_too_few():
    audience = replace(FIRST, customers=9_000, warnings=("few",))
    (sentence,) = describe_warnings(audience, platform_named("linkedin"))
    assert sentence == "LinkedIn needs 300 matched members, and advises against lists under 10,000 people."


def test_a_file_too_long_for_excel_is_named():
    audience = replace(FIRST, warnings=("no copy",), without_copy=("a.csv",))
    assert describe_warnings(audience, platform_named("google")) == [
        "a.csv has no Excel copy: a sheet holds 1,048,575 rows."
    ]


def test_a_refusal_says_how_many_there_are():
    few = replace(FIRST, customers=30, held_out=10, written=0, files=(), refused="too small")
    google = platform_named("google")
    assert describe_refusal(few, google) == "20 people, and Google Ads cannot use fewer than 100"
    assert describe_refusal(replace(few, held_out=30, refused="nobody"), google) == "nobody is left to export"
    assert describe_refusal(FIRST, google) == ""


def test_a_source_without_e_mails_says_what_that_means():
    missing, covered = describe_notes(REPORT)
    assert missing.startswith("The file has no e-mail addresses: Google Ads can find")
    assert "by phone or by name and address only" in missing
    assert covered == (
        "Of 120 rows can be matched: 0 (0 %) by e-mail, 60 (50 %) by phone and 120 (100 %) by name and address."
    )


def test_the_account_is_the_report_in_words():
    account = audience_account(replace(REPORT, audiences=(replace(FIRST, warnings=("few",)),)))
    assert (account["to"], account["on"], account["steps"]) == ("google", "2026-11-23", platform_named("google").steps)
    assert account["audiences"][0]["warnings"][0].startswith("Google Ads may not use")
    assert account["audiences"][0]["refused"] == ""
    assert account["notes"] == [*describe_notes(REPORT), *platform_named("google").notes]


def test_what_is_said_of_several_segments_is_said_once():
    first = replace(FIRST, warnings=("few", "in EEA"), blanked={"a bad phone": 2})
    second = replace(first, segment=2, in_eea=5, warnings=("in EEA",), blanked={"a bad phone": 1})
    third = replace(first, segment=3, warnings=(), blanked={})
    fourth = replace(third, segment=4, customers=9, refused="too small")
    refused, *said = describe_together(replace(REPORT, audiences=(first, second, third, fourth)))
    assert refused == "Segment 4: 9 people, and Google Ads cannot use fewer than 100."
    assert said[0] == "Segment 1: Google Ads may not use audiences under 1,000 people."
    assert said[1].startswith("Segments 1 and 2: 12 are in the EEA")
    assert said[2:] == ["Cells left empty: 3 x a bad phone."]
    both = describe_together(replace(REPORT, audiences=(first, second)))
    assert both[1].startswith("All: 12 are in the EEA")
