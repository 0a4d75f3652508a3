from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from marketfold.errors import RunFolderError
from marketfold.figures.theme import new_figure
from marketfold.page import Column, PageData, Prose, ReportPage, Section, TablePart, figure_part, render_page, stand_in

if TYPE_CHECKING:
    from pathlib import Path

LOOKALIKES = ('{"segment": 1}', "{segment:1}", "[segment 1]", "[0123456789:1]", '{"pieces": ["a", {"segment": 1}]}')


def a_page(*texts: str) -> PageData:
    name, other = stand_in(1), stand_in(2)
    figure = new_figure(f"More of {name}", alt=f"{name} before {other}.", label_width=12)
    figure.add_bar(x=[f"1. {name}", f"2. {other}"], y=[1, 2], name=name, hovertemplate=f"{name}: %{{x}}")
    table = TablePart("t", (Column(f"1. {name}"),), ((other,), *((text,) for text in texts)))
    parts = (Prose((f"Begin with {name}, then {other}.", *texts)), figure_part("f", figure), table)
    return PageData(ReportPage(name, "Lead", sections=(Section("s", "S", parts),)), {1: "First", 2: "Second"})


def test_a_page_comes_back_whole(tmp_path: Path) -> None:
    data = a_page("plain", "\U0001f388 </script>")
    data.save(tmp_path / "page.json")
    assert PageData.load(tmp_path / "page.json") == data


def test_names_stand_once_and_everything_else_refers_to_them(tmp_path: Path) -> None:
    data = a_page()
    data.save(tmp_path / "page.json")
    text = (tmp_path / "page.json").read_text("utf-8")
    assert text.count("First") == 1
    assert stand_in(1) not in text
    content = json.loads(text)
    assert content["page"]["title"] == {"segment": 1}
    assert content["page"]["sections"][0]["parts"][0]["paragraphs"] == [
        {"pieces": ["Begin with ", {"segment": 1}, ", then ", {"segment": 2}, "."]}
    ]


@pytest.mark.parametrize("text", LOOKALIKES)
def test_a_text_that_looks_like_a_reference_stays_a_text(text: str, tmp_path: Path) -> None:
    data = replace(a_page(text), names={1: text, 2: "Second"})
    data.save(tmp_path / "page.json")
    found = PageData.load(tmp_path / "page.json")
    assert found.names[1] == text
    page = found.named()
    prose, _, table = page.sections[0].parts
    assert isinstance(prose, Prose)
    assert isinstance(table, TablePart)
    assert prose.paragraphs == (f"Begin with {text}, then Second.", text)
    assert table.rows == (("Second",), (text,))
    assert page.title == text


def test_the_same_records_give_the_same_html(tmp_path: Path) -> None:
    data = a_page()
    data.save(tmp_path / "page.json")
    first = render_page(data.named())
    assert render_page(PageData.load(tmp_path / "page.json").named()) == first
    assert render_page(PageData.load(tmp_path / "page.json").named()) == first


def test_labels_break_where_their_figure_says_and_other_texts_do_not() -> None:
    data = replace(a_page(), names={1: "Quiet offer-minded buyers", 2: "Second"})
    figure = data.named().sections[0].parts[1]
    trace: dict[str, Any] = figure.figure.data[0]  # type: ignore[union-attr]
    assert trace["x"] == ["1. Quiet<br>offer-minded<br>buyers", "2. Second"]
    assert trace["name"] == "Quiet offer-minded buyers"
    assert trace["hovertemplate"] == "Quiet offer-minded buyers: %{x}"


def content(**page: Any) -> dict[str, Any]:
    return {"names": {"1": "First"}, "page": {"title": "T", "lead": "L", **page}}


def with_part(**part: Any) -> dict[str, Any]:
    return content(sections=[{"key": "s", "title": "S", "parts": [part]}])


def test_the_smallest_page_is_read(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text(json.dumps(content()))
    assert PageData.load(tmp_path / "page.json").named() == ReportPage("T", "L")


DEEP = '{"names": {}, "page": ' + "[" * 100_000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "damaged"),
        ("[]", "damaged"),
        ("{}", "there is no 'names'"),
        (DEEP, "damaged"),
        (json.dumps({**content(), "names": {"one": "First"}}), "one"),
        (json.dumps({**content(), "page": {"title": "T"}}), "lead: Field required"),
        (json.dumps(content(title={"segment": 9})), "there is no 9"),
        (json.dumps(content(title={"segment": []})), "damaged"),
        (json.dumps(content(title={"pieces": 3})), "damaged"),
        (json.dumps(content(n_segments=10**9)), "n_segments"),
        (json.dumps(with_part(kind="table", key="../up", columns=[], rows=[])), "sections.0.parts.0.table.key"),
        (json.dumps(with_part(kind="script")), "sections.0.parts.0"),
    ],
)
def test_what_is_no_page_is_refused_in_a_plain_sentence(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RunFolderError, match="Make the run again") as caught:
        PageData.load(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(RunFolderError, match="damaged"):
        PageData.load(tmp_path / "page.json")


def test_a_page_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="cannot be read"):
        PageData.load(tmp_path / "page.json")


def test_a_file_larger_than_any_page_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_page().save(tmp_path / "page.json")
    monkeypatch.setattr("marketfold.json_files.MOST_BYTES", 100)
    with pytest.raises(RunFolderError, match="more than 100 bytes"):
        PageData.load(tmp_path / "page.json")
