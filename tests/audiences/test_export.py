from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.audiences.cases import TODAY, WHY, everybody, export, rows_of, shop

from marketfold.audiences import ExportOptions, SegmentFacts, count_audiences
from marketfold.audiences.identifiers import sha256
from marketfold.audiences.platform import DOUBTS
from marketfold.cleaning import CleanOrders
from marketfold.config import ReadingOptions
from marketfold.demo import make_shop
from marketfold.errors import AudienceError
from marketfold.orders import read_orders


def test_a_bad_value_blanks_its_cell_and_never_the_file(tmp_path: Path):
    emails = [f"p{i}@example.com" for i in range(120)]
    phones = [f"(201) 555-{100 + i:04d}" for i in range(120)]
    emails[3], phones[3] = "not an address", "26.47.1555"
    report = export(shop(email=emails, phone=phones), everybody(), to="meta", folder=tmp_path, consent_override=WHY)
    row = rows_of(tmp_path, report)[3]
    assert (row["email"], row["phone"]) == ("", "")
    assert row["fn"] == sha256("ann")
    audience = report.audiences[0]
    assert (audience.written, audience.with_email, audience.with_phone) == (120, 119, 119)
    assert audience.blanked == {
        "a phone number that its country does not have": 1,
        "an e-mail address that is none": 1,
    }


def test_doubtful_contacts_are_left_blank_and_counted(tmp_path: Path):
    phones, zips = ["+491701234567"] * 120, ["01067"] * 120
    phones[:5] = ["491701230022", "491701230022.0", "4.91701E+11", "4931123456", "'0170 1230022"]
    zips[:4] = ["1067", "'10115", "80331.0", "1067.0"]
    orders = shop(country=["Germany"] * 120, phone=phones, postal_code=zips)
    report = export(orders, everybody(), to="google", folder=tmp_path, consent_override=WHY, hashed=False)
    rows = rows_of(tmp_path, report)
    assert [row["Phone"] for row in rows[:5]] == ["+491701230022"] * 2 + ["", "", "+491701230022"]
    assert [row["Zip"] for row in rows[:4]] == ["", "10115", "80331", ""]
    assert report.audiences[0].blanked == {DOUBTS["phone"][1]: 2, DOUBTS["postal_code"][1]: 2}
    listed = export(orders, everybody(), to="csv", folder=tmp_path / "list", consent_override=WHY)
    assert [row["postal_code"] for row in rows_of(tmp_path / "list", listed)[:4]] == ["", "10115", "80331", ""]


def test_the_holdout_is_left_out(tmp_path: Path):
    report = export(
        shop(), everybody(C000="holdout", C001="holdout"), to="google", folder=tmp_path, consent_override=WHY
    )
    assert (report.audiences[0].held_out, report.audiences[0].written) == (2, 118)
    assert sha256("person0@gmail.com") not in (tmp_path / report.files[0]).read_text()


def test_consent_is_asked_for(tmp_path: Path):
    with pytest.raises(AudienceError, match="--consent-column"):
        export(shop(), everybody(), to="google", folder=tmp_path)
    with pytest.raises(AudienceError, match="Perhaps --consent-column consent"):
        export(shop(consent=["yes"] * 120), everybody(), to="google", folder=tmp_path)
    with pytest.raises(AudienceError, match="no column 'consnt'"):
        export(shop(), everybody(), to="google", folder=tmp_path, consent_column="consnt")
    with pytest.raises(AudienceError, match="needs a reason"):
        export(shop(), everybody(), to="google", folder=tmp_path, consent_override=" ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("to", ["google", "klaviyo", "csv"])
def test_the_one_column_that_records_consent_to_marketing_is_read_unasked(tmp_path: Path, to: str):
    cells = ["yes"] * 110 + ["no"] * 10
    report = export(shop(marketing_consent=cells), everybody(), to=to, folder=tmp_path)
    assert (report.audiences[0].written, report.audiences[0].without_consent) == (110, 10)
    assert (
        "'marketing_consent', the one column of consent in the file (--consent-column takes another)" in report.consent
    )


@pytest.mark.parametrize(
    "columns",
    [("sms_marketing_consent",), ("marketing_consent", "newsletter"), ("cookie_consent",), ("email_marketing_opt_in",)],
)
def test_a_column_that_may_record_another_consent_is_not_read_unasked(tmp_path: Path, columns: tuple[str, ...]):
    cells: dict[str, Any] = dict.fromkeys(columns, ["yes"] * 120)
    orders = shop(**cells)
    with pytest.raises(AudienceError, match="--consent-column"):
        export(orders, everybody(), to="google", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_only_those_who_consent_are_exported(tmp_path: Path):
    cells = ["yes", "Y", "1", "TRUE", "oui", "no", "", "maybe"] * 15
    report = export(
        shop(okay=cells), everybody(), to="google", folder=tmp_path, consent_column="okay", allow_small=True
    )
    audience = report.audiences[0]
    assert (audience.written, audience.without_consent) == (75, 45)
    assert (audience.warnings, audience.consent_unclear) == (("allowed", "consent unclear"), 15)
    assert "okay" in report.consent


def test_an_override_is_recorded(tmp_path: Path):
    report = export(
        shop(okay=["no"] * 120), everybody(), to="google", folder=tmp_path, consent_column="okay", consent_override=WHY
    )
    assert report.audiences[0].written == 120
    assert WHY in report.consent
    assert "not looked at" in report.consent


def test_the_newest_consent_counts(tmp_path: Path):
    lines = pa.table(
        {
            "order_id": ["O1", "O2", "O3", "O4"],
            "customer_id": ["A", "A", "B", "B"],
            "ordered_on": ["2026-05-05", "2026-01-05", "2026-01-05", "2026-05-05"],
            "amount": [1.0] * 4,
            "email": ["a@example.com"] * 2 + ["b@example.com"] * 2,
            "okay": ["no", "yes", "no", "yes"],
        }
    )
    orders = read_orders(lines, ReadingOptions(date_format="%Y-%m-%d"))
    assigned = pa.table({"customer_id": ["A", "B"], "segment": [1, 1], "arm": ["treated"] * 2})
    report = export(orders, assigned, to="csv", folder=tmp_path, consent_column="okay")
    assert [row["customer_id"] for row in rows_of(tmp_path, report)] == ["B"]


def test_small_audiences_are_refused_and_can_be_allowed(tmp_path: Path):
    few = everybody(20)
    with pytest.raises(AudienceError, match=r"20 people, and Google Ads cannot use fewer than 100[\s\S]*--allow-small"):
        export(shop(), few, to="google", folder=tmp_path, consent_override=WHY)
    assert list(tmp_path.iterdir()) == []
    report = export(shop(), few, to="google", folder=tmp_path, consent_override=WHY, allow_small=True)
    assert report.audiences[0].written == 20
    assert report.audiences[0].warnings == ("allowed",)


def test_one_refused_audience_does_not_stop_the_others(tmp_path: Path):
    table = pa.table(
        {"customer_id": [f"C{i:03d}" for i in range(120)], "segment": [1] * 110 + [2] * 10, "arm": ["treated"] * 120}
    )
    report = export(shop(), table, to="meta", folder=tmp_path, consent_override=WHY)
    assert [audience.files != () for audience in report.audiences] == [True, False]
    assert (report.audiences[1].refused, report.audiences[1].remaining) == ("too small", 10)


def test_hashed_values_from_the_source_pass_through(tmp_path: Path):
    emails = [sha256(f"p{i}@example.com").upper() for i in range(120)]
    report = export(shop(email=emails), everybody(), to="google", folder=tmp_path, consent_override=WHY)
    assert rows_of(tmp_path, report)[5]["Email"] == sha256("p5@example.com")
    assert report.audiences[0].already_hashed == 120
    plain = export(shop(email=emails), everybody(), to="google", folder=tmp_path, consent_override=WHY, hashed=False)
    assert rows_of(tmp_path, plain)[5]["Email"] == ""  # Google would hash it a second time


def test_without_a_country_no_phone_is_guessed(tmp_path: Path):
    orders = shop(country=[""] * 120)
    report = export(orders, everybody(), to="meta", folder=tmp_path, consent_override=WHY)
    assert report.audiences[0].with_phone == 0
    told = export(orders, everybody(), to="meta", folder=tmp_path, consent_override=WHY, country="USA")
    assert told.audiences[0].with_phone == 120


def test_an_export_without_emails_reaches_those_with_a_whole_phone(
    clean_sales: CleanOrders, totals: dict[str, Any], tmp_path: Path
):
    orders, known = clean_sales.orders, totals["sales.csv"]
    names = orders.engine.collect(orders.lines.select("customer_id").unique())["customer_id"]
    assigned = pa.table({"customer_id": names, "segment": [1] * len(names), "arm": ["treated"] * len(names)})
    report = export(orders, assigned, to="google", folder=tmp_path, consent_override=WHY, allow_small=True)
    audience = report.audiences[0]
    assert (audience.written, audience.with_email) == (known["customers_reachable"], 0)
    assert audience.with_phone == known["customers_with_a_phone"]
    rows = rows_of(tmp_path, report)
    assert {row["Email"] for row in rows} == {""}
    assert sum(re.fullmatch(r"[0-9a-f]{64}", row["Phone"]) is not None for row in rows) == audience.with_phone
    assert {row["Country"] for row in rows} >= {"US", "CA", "GB", "NO", "JP"}


def test_the_sales_file_has_no_emails_and_the_report_says_what_that_means(shared_data: Path, tmp_path: Path):
    orders = read_orders(shared_data / "sales_data_sample.csv")
    names = orders.engine.collect(orders.lines.select("customer_id").unique())["customer_id"]
    assigned = pa.table({"customer_id": names, "segment": [1] * len(names), "arm": ["treated"] * len(names)})
    report = export(orders, assigned, to="google", folder=tmp_path, consent_override=WHY, allow_small=True)
    audience = report.audiences[0]
    assert (audience.written, audience.with_email, audience.with_phone) == (90, 0, 70)
    assert audience.blanked[DOUBTS["postal_code"][1]] == 3  # Barcelona's 08022, and two of Singapore: their 0 is gone
    assert report.matched_by == ("phone", "address")
    assert report.notes == ("identifiers missing", "coverage", "companies")
    for row in rows_of(tmp_path, report):
        assert row["Email"] == ""
        assert re.fullmatch(r"([0-9a-f]{64})?", row["Phone"])
        assert re.fullmatch(r"([A-Z]{2})?", row["Country"])


def test_nobody_is_in_the_report_or_in_an_error(tmp_path: Path):
    orders = shop(email=["secret.person@example.com"] * 120)
    report = export(orders, everybody(), to="google", folder=tmp_path, consent_override=WHY)
    text = json.dumps(report.to_dict())
    assert "secret" not in text
    assert "Lee" not in text
    with pytest.raises(AudienceError) as raised:
        export(orders, everybody(5), to="google", folder=tmp_path, consent_override=WHY)
    assert "secret" not in str(raised.value)


def test_files_are_for_their_owner_only(tmp_path: Path):
    report = export(shop(), everybody(), to="meta", folder=tmp_path, consent_override=WHY)
    path = tmp_path / report.files[0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)  # an older file does not lend its rights to the new one
    export(shop(), everybody(), to="meta", folder=tmp_path, consent_override=WHY)
    written = sorted(tmp_path.iterdir())
    assert [file.name for file in written] == [path.name, path.with_suffix(".xlsx").name, f"{path.stem}_about.txt"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in written} == {0o600}


def test_a_failed_export_leaves_the_earlier_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    report = export(shop(), everybody(), to="meta", folder=tmp_path, consent_override=WHY)
    there = sorted(tmp_path.iterdir())
    before = (tmp_path / report.files[0]).read_bytes()
    monkeypatch.setattr("os.fdopen", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(AudienceError, match="No space left"):
        export(shop(90), everybody(90), to="meta", folder=tmp_path, consent_override=WHY, allow_small=True)
    assert (tmp_path / report.files[0]).read_bytes() == before
    assert sorted(tmp_path.iterdir()) == there


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"to": "bing"}, "no platform 'bing'"),
        ({"country": "Atlantis"}, "'Atlantis' is not a country"),
        ({"segments": [9]}, "no segment 9"),
    ],
)
def test_what_is_asked_for_wrongly(tmp_path: Path, wrong: dict[str, Any], says: str):
    asked: dict[str, Any] = {"to": "google", "folder": tmp_path, "consent_override": WHY} | wrong
    with pytest.raises(AudienceError, match=says):
        export(shop(), everybody(), **asked)


def test_the_demo_shop_exports_by_its_consent_column(tmp_path: Path):
    made = make_shop(lines=12_000)
    ids = made.truth["customer_id"]
    assigned = pa.table({"customer_id": ids, "segment": [1] * len(ids), "arm": ["treated"] * len(ids)})
    report = export(read_orders(made.lines), assigned, to="meta", folder=tmp_path)
    audience = report.audiences[0]
    assert audience.written + audience.without_consent == len(ids)
    assert audience.blanked == {}
    assert audience.with_phone == audience.written


def test_a_weak_segment_is_warned_about_first(tmp_path: Path):
    report = export(
        shop(), everybody(), to="google", folder=tmp_path, consent_override=WHY,
        about={1: SegmentFacts(trust="weak")}, on=TODAY,
    )  # fmt: skip
    (audience,) = report.audiences
    assert audience.trust == "weak"
    assert audience.warnings == ("weak", "few")
    assert report.to_dict()["audiences"][0]["trust"] == "weak"


def test_counting_says_what_an_export_would_and_writes_nothing(tmp_path: Path):
    orders, arms = shop(), everybody(C000="holdout")
    counted = count_audiences(orders, arms, to="google", options=ExportOptions(consent_override=WHY, on=TODAY))
    written = export(orders, arms, to="google", folder=tmp_path, consent_override=WHY)
    assert counted.files == ()
    assert [one.written for one in counted.audiences] == [one.written for one in written.audiences]
    assert (counted.notes, counted.consent, counted.matched_by) == (written.notes, written.consent, written.matched_by)


def test_counting_refuses_no_audience_for_being_too_small():
    counted = count_audiences(shop(), everybody(20), to="google", options=ExportOptions(consent_override=WHY))
    assert [(one.refused, one.written, one.remaining) for one in counted.audiences] == [("too small", 0, 20)]
