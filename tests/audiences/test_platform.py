"""Every style of bad value, and a platform more; the platforms' own test vectors are in `bench/published.toml`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.audiences.cases import (
    A_HASH,
    TODAY,
    WHY,
    cell,
    email,
    everybody,
    export,
    name,
    rows_of,
    shop,
)
from typer.testing import CliRunner

from marketfold.audiences import PLATFORMS, Column, Platform, SegmentFacts
from marketfold.audiences.identifiers import is_email, is_hashed, readable, sha256
from marketfold.cli.app import app
from marketfold.errors import AudienceError
from marketfold.report import audience_account


@pytest.mark.parametrize(
    ("text", "for_google", "for_meta"),
    [
        ("Jane.Doe+x@Gmail.com", "janedoe@gmail.com", "jane.doe+x@gmail.com"),
        ("j.a.n.e@googlemail.com", "jane@googlemail.com", "j.a.n.e@googlemail.com"),
        (" A@Example.COM ", "a@example.com", "a@example.com"),
        ("jo hn@example.com", "john@example.com", ""),
        ("no-domain@", "", ""),
        ("@example.com", "", ""),
        ("a@b", "", ""),
        ("a b", "", ""),
        ("a@@example.com", "", ""),
        ("a..b@example.com", "", ""),
        ("+only@gmail.com", "", ""),
        ("Jane <jane@example.com>", "", ""),
        ("=cmd@example.com", "", ""),
        ("grün@bücher.example", "grün@bücher.example", "grün@bücher.example"),
        ("x" * 250 + "@example.com", "", ""),
    ],
)
def test_emails(text: str, for_google: str, for_meta: str):
    assert email("google", text) == for_google
    assert email("meta", text) == for_meta


def test_names_differ_between_the_platforms():
    assert name("google", "Mrs. Da Cunha") == "dacunha"
    assert name("meta", "Da Cunha") == "da cunha"
    assert name("google", "O'Hara") == "o'hara"
    assert name("meta", "O'Hara") == "ohara"
    assert name("google", "Martín") == "martín"
    assert name("google", "King Jr.") == "king"
    assert name("google", "=HYPERLINK(1)") == ""
    assert name("meta", "\x00") == ""


def test_what_came_hashed_is_never_hashed_again():
    for role, platform, text in (
        ("email", "google", A_HASH.upper()),
        ("phone", "meta", A_HASH),
        ("contact_last_name", "google", f" {A_HASH} "),
    ):
        kept = cell(platform, role, text)
        assert kept.hashed
        assert sha256(kept.value) == A_HASH
    assert not is_hashed(A_HASH[:-1])
    assert is_email("a@example.com")


class Pigeon(Platform):
    """A platform that nobody knows: this class and one line in the table are all that it takes."""

    name = "pigeon"
    title = "Pigeon Post"
    columns = (
        Column("email", "Perch", lambda text, _country: text.strip().upper(), hashes=True),
        Column("city", "Loft", readable),
        Column("offer", "Note", readable, of_segment=True),
    )
    refused_under = 2
    steps = ("Catch it.", "Tie the note.", "Let it fly.")
    sources = ("Pigeon Post: How to write on small paper",)


@pytest.fixture
def pigeon(monkeypatch: pytest.MonkeyPatch) -> Pigeon:
    monkeypatch.setitem(PLATFORMS, "pigeon", Pigeon())
    return Pigeon()


@pytest.mark.usefixtures("pigeon")
def test_a_platform_is_a_class_and_a_line_in_the_table(tmp_path: Path):
    orders = shop(city=["Bath"] * 120)
    about = {1: SegmentFacts(offer="Corn")}
    report = export(orders, everybody(), to="pigeon", folder=tmp_path, consent_override=WHY, on=TODAY, about=about)
    assert report.files == ("seg_01_2026q4_pigeon.csv",)
    assert rows_of(tmp_path, report)[7] == {"Perch": sha256("PERSON.7+SHOP@GMAIL.COM"), "Loft": "Bath", "Note": "Corn"}
    assert audience_account(report)["steps"] == Pigeon.steps
    assert (tmp_path / "seg_01_2026q4_pigeon.xlsx").is_file()
    with pytest.raises(AudienceError, match="Pigeon Post cannot use fewer than 2"):
        export(shop(1), everybody(1), to="pigeon", folder=tmp_path, consent_override=WHY)


@pytest.mark.usefixtures("pigeon")
def test_a_platform_in_the_table_is_asked_by_the_suppression_list(tmp_path: Path):
    stop = tmp_path / "stop.txt"
    stop.write_text(sha256("PERSON.0+SHOP@GMAIL.COM"))  # as none but this platform writes it
    report = export(
        shop(3), everybody(3), to="google", folder=tmp_path / "out", consent_override=WHY, suppression=stop,
        allow_small=True,
    )  # fmt: skip
    assert report.audiences[0].suppressed == 1


@pytest.mark.usefixtures("pigeon")
def test_a_platform_in_the_table_is_in_the_help():
    shown = CliRunner().invoke(app, ["export", "--help"], env={"COLUMNS": "200"})
    assert "|csv|pigeon" in shown.output
    assert "[default: google]" in shown.output


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=list(PLATFORMS))
def test_every_platform_says_how_to_upload_and_where_that_stands(platform: Platform):
    assert len(platform.steps) == 3
    assert platform.sources or platform.purpose == "list"
    assert set(platform.address) <= {column.role for column in platform.columns}
    assert platform.purpose == "ads" or not platform.hashes  # mail tools take plain values
    for hashed in (True, False):
        headers = [column.header_of(hashed=hashed) for column in platform.columns]
        assert len(set(headers)) == len(headers)
