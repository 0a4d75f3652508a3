"""Audience files for ad platforms and mail tools, with an account of who is in them and who is not.

The order of the checks is fixed: holdout, consent, what can be matched, and the suppression list last.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from marketfold.campaigns.audience_files import remove, reread, write_rows
from marketfold.campaigns.audience_report import Audience, AudienceReport, say_notes
from marketfold.campaigns.contacts import Contact, consents, read_contacts
from marketfold.campaigns.places import EEA
from marketfold.campaigns.platforms import PLATFORMS, Platform, PlatformRules
from marketfold.campaigns.suppression import Suppression
from marketfold.countries import country_code
from marketfold.errors import AudienceError, Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pyarrow as pa

    from marketfold.campaigns.row import Row
    from marketfold.orders import Orders
    from marketfold.schema import Trust

CONSENT_WORDS = ("consent", "opt_in", "optin", "opt-in")


@dataclass(frozen=True)
class _Request:
    """What was asked of an export."""

    to: Platform
    on: date
    hashed: bool
    allow_small: bool
    country: str | None
    consent_column: str | None
    suppression: Suppression | None

    @property
    def rules(self) -> PlatformRules:
        return PLATFORMS[self.to]


def audience_filename(segment: int, on: date, to: Platform) -> str:
    """A name that says nothing of the people in it: platforms flag audiences by their names, too.

    >>> audience_filename(1, date(2026, 11, 23), "google")
    'seg_01_2026q4_google.csv'
    """
    return f"seg_{segment:02d}_{on.year}q{(on.month - 1) // 3 + 1}_{to}.csv"


def _check_consent(orders: Orders, column: str | None, override: str | None) -> str:
    """How consent is established, in words, or a refusal."""
    if override is not None and not override.strip():
        message = "The consent override needs a reason: it is recorded with the export."
        raise AudienceError(message)
    if override:
        unread = f" The column '{column}' was not looked at." if column else ""
        return f"Consent was not checked, by an override: {override.strip()}.{unread}"
    if column:
        return f"Only customers whose newest entry in '{column}' says yes."
    likely = [c for c in orders.facts.extra_columns if any(w in c.casefold() for w in CONSENT_WORDS)]
    near = f"Perhaps --consent-column {likely[0]}." if likely else "--consent-column COLUMN."
    message = (
        "People may be exported with their consent only, and it is not said where that is recorded. "
        f"{near} Or, where consent is kept elsewhere, --consent-override 'REASON', which is recorded."
    )
    raise AudienceError(message)


def _sorted_out(
    request: _Request, contacts: Sequence[Contact], *, ask_consent: bool
) -> tuple[list[Row], Counter[str], int]:
    """Rows to write, who was left out at which check, and how many rows are of people in the EEA."""
    rows: list[Row] = []
    out: Counter[str] = Counter()
    in_eea = 0
    for contact in contacts:
        said = consents(contact.consent) if ask_consent else True
        out["consent_unclear"] += said is None
        if not said:
            out["without_consent"] += 1
            continue
        row = request.rules.make_row(contact, request.country)
        if request.to != "csv" and not (row.has_email or row.has_phone or row.has_address):
            out["nothing_to_match"] += 1
            out.update({f"blank:{cell.fault}": 1 for cell in row.cells if cell.fault})
            continue
        if request.suppression is not None and request.suppression.meets(contact, request.country):
            out["suppressed"] += 1
            continue
        rows.append(row)
        in_eea += (country_code(contact.country) or request.country) in EEA
    return rows, out, in_eea


def _size_words(request: _Request, n_rows: int) -> tuple[str, list[str]]:
    """Why no file may be written, and what to warn of."""
    rules = request.rules
    if n_rows == 0:
        return "nobody is left to export", []
    if n_rows < rules.refused_under:
        small = f"{n_rows} people, and {rules.title} cannot use fewer than {rules.refused_under}"
        if not request.allow_small:
            return small, []
        return "", [f"Written all the same, as asked: {small}."]
    if n_rows < rules.warned_under:
        return "", [f"{n_rows} people: {rules.title} may not use audiences under {rules.warned_under:,}."]
    return "", []


def _trusted(audience: Audience, trust: Trust | None) -> Audience:
    """The audience with the trust label of its segment; what is weak says so first."""
    if trust != "weak":
        return replace(audience, trust=trust)
    first = "This segment is weak: it does not come out again when customers are resampled. Try it on a small part."
    return replace(audience, trust=trust, warnings=(first, *audience.warnings))


def _account(
    request: _Request, segment: int, sizes: tuple[int, int], sorted_out: tuple[list[Row], Counter[str], int]
) -> Audience:
    rows, out, in_eea = sorted_out
    refused, warnings = _size_words(request, len(rows))
    blanked = Counter({key.removeprefix("blank:"): n for key, n in out.items() if key.startswith("blank:")})
    for row in rows:
        blanked.update(cell.fault for cell in row.cells if cell.fault)
    if out["consent_unclear"]:
        warnings.append(f"{out['consent_unclear']} consent entries are neither yes nor no, and count as no.")
    if in_eea and request.to == "google":
        warnings.append(f"{in_eea} are in the EEA: Google wants their consent for ad_user_data and ad_personalization.")
    return Audience(
        segment=segment,
        file=None if refused else audience_filename(segment, request.on, request.to),
        customers=sizes[0],
        held_out=sizes[1],
        without_consent=out["without_consent"],
        nothing_to_match=out["nothing_to_match"],
        suppressed=out["suppressed"],
        written=0 if refused else len(rows),
        with_email=sum(row.has_email for row in rows),
        with_phone=sum(row.has_phone for row in rows),
        with_address=sum(row.has_address for row in rows),
        blanked=dict(sorted(blanked.items())),
        already_hashed=sum(cell.hashed for row in rows for cell in row.cells),
        in_eea=in_eea,
        refused=refused,
        warnings=tuple(warnings),
    )


def _write(folder: Path, request: _Request, planned: Sequence[tuple[Audience, list[Row]]]) -> None:
    """Write and read back every file beside its place; only when all are good do they take it."""
    done: dict[Path, Path] = {}
    try:
        for audience, rows in planned:
            if audience.file:
                path = folder / audience.file
                staging = path.with_name(f".{path.name}-partial")
                staging.unlink(missing_ok=True)  # of an export that was killed
                done[staging] = path
                write_rows(staging, request.rules, rows, hashed=request.hashed)
                reread(staging, request.rules, len(rows), hashed=request.hashed)
        for staging, path in done.items():
            staging.replace(path)
    finally:
        remove(done)


def export_audiences(  # noqa: PLR0913  (each is a decision that the caller must be able to take)
    orders: Orders,
    assignments: pa.Table,
    *,
    to: Platform,
    folder: str | Path,
    consent_column: str | None = None,
    consent_override: str | None = None,
    suppression: str | Path | None = None,
    allow_small: bool = False,
    hashed: bool = True,
    country: str | None = None,
    segments: Collection[int] | None = None,
    trust: Mapping[int, Trust | None] | None = None,
    on: date | None = None,
) -> AudienceReport:
    """Write one audience file for each segment, by the platform's rules.

    Personal data is read from the source now, goes into these files and nowhere else; the report holds counts.

    Parameters
    ----------
    orders
        Where the customers come from.
    assignments
        `customer_id`, `segment` (number) and `arm`; those whose arm is "holdout" are left out.
    to
        `google`, `meta` or `csv`.
    folder
        Where to write; made if missing.
    consent_column
        Column of the source that records consent.
    consent_override
        Why consent need not be read from a column; recorded in the report.
    suppression
        File of people who must not be reached, applied last.
    allow_small
        Write audiences under the platform's minimum all the same; recorded.
    hashed
        Hash what the platform takes hashed; otherwise it hashes on upload.
    country
        ISO code or name of the customers' country where the source has no such column.
    segments
        Numbers of the segments to export; all if not given.
    trust
        Trust label of each segment: a weak one is warned about before it is paid for.
    on
        Day that names the files; today if not given.

    Raises
    ------
    AudienceError
        If consent is neither recorded nor overridden, no audience may be written, or a file does not read back.
    """
    request = _request(to, on, country, suppression, consent_column, hashed=hashed, allow_small=allow_small)
    consent = _check_consent(orders, consent_column, consent_override)
    ask_consent = consent_column is not None and not consent_override
    members = _members(assignments, segments)
    reached = [customer for own in members.values() for customer, arm in own if arm != "holdout"]
    contacts = read_contacts(
        orders, reached, consent_column=consent_column if ask_consent else None, postal=to == "csv"
    )
    planned = []
    for segment, own in members.items():
        treated = [contacts[customer] for customer, arm in own if arm != "holdout"]
        sorted_out = _sorted_out(request, treated, ask_consent=ask_consent)
        audience = _account(request, segment, (len(own), len(own) - len(treated)), sorted_out)
        planned.append((_trusted(audience, (trust or {}).get(segment)), sorted_out[0]))
    audiences = tuple(audience for audience, _ in planned)
    _check_any(audiences, request)
    home = Path(folder)
    try:
        home.mkdir(parents=True, exist_ok=True)
        _write(home, request, planned)
    except OSError as error:
        message = f"The audience files cannot be written to {home}: {error.strerror}."
        raise AudienceError(message) from error
    return AudienceReport(to, request.on, consent, audiences, say_notes(orders, to, audiences, request.country))


def _request(
    to: Platform,
    on: date | None,
    country: str | None,
    suppression: str | Path | None,
    consent_column: str | None,
    *,
    hashed: bool,
    allow_small: bool,
) -> _Request:
    if to not in PLATFORMS:
        message = f"There is no platform '{to}'; known are {', '.join(get_args(Platform))}."
        raise AudienceError(message)
    code = country_code(country)
    if country and code is None:
        message = f"'{country}' is not a country that is known. Give a name or an ISO code, such as US."
        raise AudienceError(message)
    listed_people = Suppression.read(suppression) if suppression is not None else None
    return _Request(
        to=to,
        on=on or date.today(),
        hashed=hashed and to != "csv",
        allow_small=allow_small,
        country=code,
        consent_column=consent_column,
        suppression=listed_people,
    )


def _members(assignments: pa.Table, segments: Collection[int] | None) -> dict[int, list[tuple[str, str]]]:
    """Customers and arms of each wanted segment."""
    missing = {"customer_id", "segment"} - set(assignments.column_names)
    if missing:
        message = f"Assignments need customer_id and segment; got {', '.join(assignments.column_names)}."
        raise AudienceError(message)
    arms = assignments["arm"].to_pylist() if "arm" in assignments.column_names else ["treated"] * len(assignments)
    members: dict[int, list[tuple[str, str]]] = {}
    rows = zip(assignments["customer_id"].to_pylist(), assignments["segment"].to_pylist(), arms, strict=True)
    for customer, segment, arm in rows:
        members.setdefault(segment, []).append((customer, arm))
    unknown = sorted(set(segments or ()) - set(members))
    if unknown:
        message = f"There is no segment {unknown[0]}; there are {', '.join(map(str, sorted(members)))}."
        raise AudienceError(message)
    return {segment: members[segment] for segment in sorted(members) if not segments or segment in segments}


def _check_any(audiences: Sequence[Audience], request: _Request) -> None:
    """Refuse as a whole where no audience may be written."""
    if any(audience.file for audience in audiences):
        return
    faults = [
        Fault(
            f"segment {audience.segment}: {audience.refused} (of {audience.customers} customers {audience.held_out} "
            f"are held out, {audience.without_consent} without consent, {audience.nothing_to_match} cannot be matched, "
            f"{audience.suppressed} are suppressed)."
        )
        for audience in audiences
    ]
    small = any(audience.refused and "cannot use fewer" in audience.refused for audience in audiences)
    if small:
        faults.append(Fault("every audience is too small.", "--allow-small writes them all the same, and records it."))
    headline = f"No audience can be written for {request.rules.title}"
    raise AudienceError.from_faults(headline, faults)
