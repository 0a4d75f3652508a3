"""Audience files for ad platforms and mail tools, with an account of who is in them and who is not.

The order of the checks is fixed: holdout, consent, what can be matched, and the suppression list last.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from marketfold.audiences.account import Audience, AudienceReport, matched_by, notes_on
from marketfold.audiences.consent import consents
from marketfold.audiences.contacts import Contact, read_contacts
from marketfold.audiences.files import EXCEL_ROWS, Layout, read_back, write_parts, write_text, write_workbook
from marketfold.audiences.identifiers import EEA
from marketfold.audiences.naming import audience_stem, is_of
from marketfold.audiences.platform import NO_FACTS, SegmentFacts
from marketfold.audiences.provenance import as_text, plain_refusal, provenance
from marketfold.audiences.request import DEFAULTS, ExportOptions, Request
from marketfold.errors import AudienceError, Fault
from marketfold.temporary import working_folder
from marketfold.words import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pyarrow as pa

    from marketfold.audiences.account import Refusal, WarningCode
    from marketfold.audiences.platform import PersonRow

    _Facts = Mapping[int, SegmentFacts]
    from marketfold.audiences.people import People

COUNTED = ("without_consent", "nothing_to_match", "suppressed", "repeated", "in_eea", "consent_unclear")


class _Planned(NamedTuple):
    """An audience as it would be written: its account and its rows."""

    audience: Audience
    rows: list[PersonRow]


class _Members(NamedTuple):
    """A segment's customers: who is to be reached, and how many are held out."""

    reached: list[str]
    held_out: int


def _sorted_out(
    request: Request, contacts: Sequence[Contact], facts: SegmentFacts
) -> tuple[list[PersonRow], Counter[str]]:
    """Rows to write, and how many were left out at which check or are worth a word."""
    platform = request.platform
    rows: list[PersonRow] = []
    out: Counter[str] = Counter()
    written: set[str] = set()
    for contact in contacts:
        agreed = consents(contact.consent) if request.consent.column else True
        out["consent_unclear"] += agreed is None
        if not agreed:
            out["without_consent"] += 1
            continue
        row = platform.row(contact, request.country, facts)
        if platform.must_match and not (row.has("email") or row.has("phone") or row.has_address):
            out["nothing_to_match"] += 1
            out.update({f"blank:{cell.fault}": 1 for cell in row.cells if cell.fault})
            continue
        if request.suppression is not None and request.suppression.meets(contact, request.country):
            out["suppressed"] += 1
            continue
        if platform.purpose == "mail":
            found_by = next(row.values("email", "phone"), contact.customer_id)
            if found_by in written:
                out["repeated"] += 1
                continue
            written.add(found_by)
        rows.append(row)
        out["in_eea"] += contact.country_code(request.country) in EEA
    return rows, out


def _warnings(request: Request, n_rows: int, out: Counter[str], facts: SegmentFacts) -> tuple[WarningCode, ...]:
    """What is known before anything is written."""
    platform = request.platform
    found: dict[WarningCode, bool] = {
        "weak": facts.trust == "weak",
        "allowed": 0 < n_rows < platform.refused_under and request.options.allow_small,
        "few": platform.refused_under <= n_rows < platform.warned_under,
        "consent unclear": out["consent_unclear"] > 0,
        "repeated": out["repeated"] > 0,
        "in EEA": bool(out["in_eea"] and platform.eea_terms),
    }
    return tuple(code for code, true in found.items() if true)


def _account(
    request: Request, segment: int, members: _Members, rows: Sequence[PersonRow], out: Counter[str], facts: SegmentFacts
) -> Audience:
    """What is known of an audience before it is written."""
    too_small = len(rows) < request.platform.refused_under and not request.options.allow_small
    refused: Refusal = "too small" if rows and too_small else "" if rows else "nobody"
    counted: dict[str, Any] = {name: out[name] for name in COUNTED}
    blanked = Counter({key.removeprefix("blank:"): n for key, n in out.items() if key.startswith("blank:")})
    for row in rows:
        blanked.update(cell.fault for cell in row.cells if cell.fault)
    return Audience(
        segment=segment,
        customers=len(members.reached) + members.held_out,
        held_out=members.held_out,
        **counted,
        written=0 if refused else len(rows),
        with_email=sum(row.has("email") for row in rows),
        with_phone=sum(row.has("phone") for row in rows),
        with_address=sum(row.has_address for row in rows),
        blanked=dict(sorted(blanked.items())),
        already_hashed=sum(cell.hashed for row in rows for cell in row.cells),
        refused=refused,
        warnings=_warnings(request, len(rows), out, facts),
        trust=facts.trust,
        name=facts.name,
    )


def _write_one(
    folder: Path, request: Request, audience: Audience, rows: Sequence[PersonRow], facts: SegmentFacts
) -> Audience:
    """Write one audience, read it back and copy it to Excel, and say into which files."""
    platform, hashed = request.platform, request.hashed
    layout = Layout.of(platform, rows, hashed=hashed)
    stem = audience_stem(audience.segment, facts.name, request.on, platform.name)
    parts = write_parts(folder, stem, platform, layout, rows)
    audience = replace(audience, files=tuple(part.path.name for part in parts))
    about = provenance(request, audience, facts)
    write_text(folder / f"{stem}_about.txt", as_text(about))
    without_copy = []
    for path, n_rows in parts:
        lines = read_back(path, platform, n_rows, hashed=hashed)
        if n_rows <= EXCEL_ROWS:
            write_workbook(path.with_suffix(".xlsx"), lines, about, request.on)
        else:
            deque(lines, maxlen=0)  # checked all the same
            without_copy.append(path.name)
    found: dict[WarningCode, bool] = {"in parts": len(parts) > 1, "no copy": bool(without_copy)}
    warnings = (*audience.warnings, *(code for code, true in found.items() if true))
    return replace(audience, warnings=warnings, without_copy=tuple(without_copy))


def _write_all(home: Path, request: Request, planned: Sequence[_Planned], about: _Facts) -> tuple[Audience, ...]:
    """Write every file beside its place; only when all are good do they take it."""
    home.mkdir(parents=True, exist_ok=True)
    with working_folder(".marketfold-", home) as staging:
        audiences = [
            audience
            if audience.refused
            else _write_one(staging, request, audience, rows, about.get(audience.segment, NO_FACTS))
            for audience, rows in planned
        ]
        written = {path.name for path in staging.iterdir()}
        for one in written:
            (staging / one).replace(home / one)
    again = {one.segment for one in audiences if one.files}
    for path in home.iterdir():
        if is_of(path.name, again, request.on, request.platform.name) and path.name not in written:
            path.unlink()  # a part of an earlier export would be taken for one of this
    return tuple(audiences)


def export_audiences(
    orders: People,
    assignments: pa.Table,
    *,
    to: str,
    folder: str | Path,
    options: ExportOptions = DEFAULTS,
    about: _Facts | None = None,
) -> AudienceReport:
    """Write one audience file for each segment, by the platform's rules, an Excel copy, and a text of what it is.

    Personal data is read from the source now, goes into these files and nowhere else; the report holds counts.

    Parameters
    ----------
    assignments
        `customer_id`, `segment` (number) and `arm`; those whose arm is "holdout" are left out.
    to
        Name of a platform, such as `google`, `meta`, `klaviyo` or `csv`.
    folder
        Where to write; made if missing.
    about
        What is known of each segment: name and offer go along to mail tools, the rule is said beside the file, a weak
        one is warned about before it is paid for.

    Raises
    ------
    AudienceError
        If consent is neither recorded nor overridden, no audience may be written, or a file does not read back.
    """
    about = about or {}
    request, planned = _plan(orders, assignments, to, options, about)
    _check_any([audience for audience, _ in planned], request)
    try:
        audiences = _write_all(Path(folder), request, planned, about)
    except OSError as error:
        raise AudienceError(f"The audience files cannot be written to {folder}: {error.strerror}.") from error
    return _reported(orders, request, audiences)


def count_audiences(
    orders: People, assignments: pa.Table, *, to: str, options: ExportOptions = DEFAULTS, about: _Facts | None = None
) -> AudienceReport:
    """Say who would be in the files of `export_audiences`, and who would not and why; nothing is written.

    An audience that no file would be written of says so by itself. `AudienceError` as for an export, but for that.
    """
    request, planned = _plan(orders, assignments, to, options, about or {})
    return _reported(orders, request, tuple(audience for audience, _ in planned))


def _plan(
    orders: People, assignments: pa.Table, to: str, options: ExportOptions, about: _Facts
) -> tuple[Request, list[_Planned]]:
    """What was asked, and each audience that it comes to."""
    request = Request.of(orders, to, options)
    members = _members(assignments, options.segments)
    reached = [customer for own in members.values() for customer in own.reached]
    contacts = read_contacts(orders, reached, request.roles, consent_column=request.consent.column)
    planned = []
    for segment, own in members.items():
        facts = about.get(segment, NO_FACTS)
        rows, out = _sorted_out(request, [contacts[customer] for customer in own.reached], facts)
        planned.append(_Planned(_account(request, segment, own, rows, out, facts), rows))
    return request, planned


def _reported(orders: People, request: Request, audiences: tuple[Audience, ...]) -> AudienceReport:
    platform = request.platform
    notes = notes_on(orders, platform, audiences, request)
    return AudienceReport(
        platform.name, request.on, request.consent.text, audiences, notes, matched_by(orders, platform)
    )


def _members(assignments: pa.Table, segments: Collection[int] | None) -> dict[int, _Members]:
    """Customers of each wanted segment."""
    missing = {"customer_id", "segment"} - set(assignments.column_names)
    if missing:
        raise AudienceError(f"Assignments need customer_id and segment; got {', '.join(assignments.column_names)}.")
    arms = assignments["arm"].to_pylist() if "arm" in assignments.column_names else ["treated"] * len(assignments)
    members: dict[int, tuple[list[str], list[str]]] = {}
    rows = zip(assignments["customer_id"].to_pylist(), assignments["segment"].to_pylist(), arms, strict=True)
    for customer, segment, arm in rows:
        members.setdefault(segment, ([], []))[arm == "holdout"].append(customer)
    unknown = sorted(set(segments or ()) - set(members))
    if unknown:
        message = f"There is no segment {unknown[0]}; there are {listed([str(number) for number in sorted(members)])}."
        raise AudienceError(message)
    return {
        segment: _Members(members[segment][0], len(members[segment][1]))
        for segment in sorted(members)
        if not segments or segment in segments
    }


def _check_any(audiences: Sequence[Audience], request: Request) -> None:
    """Refuse as a whole where no audience may be written."""
    if not all(audience.refused for audience in audiences):
        return
    platform = request.platform
    faults = [Fault(plain_refusal(one, platform)) for one in audiences]
    if any(audience.refused == "too small" for audience in audiences):
        faults.append(Fault("every audience is too small.", "--allow-small writes them all the same, and records it."))
    headline = f"No audience can be written for {platform.title}"
    raise AudienceError.from_faults(headline, faults)
