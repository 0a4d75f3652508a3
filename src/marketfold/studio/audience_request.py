"""What is asked of an export in the studio: kept with its job, so that a page that is loaded again shows it again."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, BinaryIO

from marketfold.audiences import PLATFORMS, ExportOptions, platform_named
from marketfold.errors import AudienceError
from marketfold.runs import audience_fingerprint
from marketfold.studio.bringing import UPLOADS, keep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from marketfold.runs import Run
    from marketfold.studio.workspace import Workspace

ELSEWHERE = "elsewhere"
"""Value of the choice that no column of the file records consent."""


@dataclass(frozen=True)
class AudienceRequest:
    """What a person chose of an export.

    Attributes
    ----------
    to
        Name of a platform.
    consent
        A column of the order file; "" for the one that is plainly of marketing, or `ELSEWHERE`.
    reason
        Why consent need not be read from the file.
    suppression
        Path of the stop list, below the root.
    segments
        Numbers of those to export; all if empty.
    """

    to: str = next(iter(PLATFORMS))
    consent: str = ""
    reason: str = ""
    suppression: str = ""
    country: str = ""
    plain: bool = False
    allow_small: bool = False
    segments: tuple[int, ...] = ()

    @classmethod
    def of(cls, form: FormData, workspace: Workspace) -> AudienceRequest:
        """From a form; `MarketfoldError` where it names no platform, no reason, or a list that is not there."""
        consent, text = str(form.get("consent", "")), str(form.get("suppression", "")).strip()
        typed = str(form.get("reason", "")).strip()
        if typed and not consent:
            raise AudienceError(
                "You say where consent is recorded, and yet that the file says it. Choose that consent is recorded "
                "elsewhere, or empty that field."
            )
        reason = typed if consent == ELSEWHERE else ""
        if consent == ELSEWHERE and not reason:
            raise AudienceError("Say where consent is recorded and how you know: it is noted beside the files.")
        return cls(
            to=platform_named(str(form.get("to", ""))).name,
            consent=consent,
            reason=reason,
            suppression=workspace.told(workspace.below(text)) if text else "",
            country=str(form.get("country", "")).strip(),
            plain="plain" in form,
            allow_small="allow_small" in form,
            segments=tuple(int(str(one)) for one in form.getlist("segment") if str(one).isdecimal()),
        )

    @classmethod
    def from_job(cls, request: Mapping[str, Any]) -> AudienceRequest:
        """As it was asked before."""
        known = {one.name for one in fields(cls)}
        asked = {name: value for name, value in request.items() if name in known}
        return cls(**asked | {"segments": tuple(asked.get("segments", ()))})

    def options(self, workspace: Workspace) -> ExportOptions:
        """As the export takes it."""
        return ExportOptions(
            consent_column=self.consent if self.consent not in {"", ELSEWHERE} else None,
            consent_override=self.reason or None,
            suppression=workspace.below(self.suppression) if self.suppression else None,
            allow_small=self.allow_small,
            hashed=not self.plain,
            country=self.country or None,
            segments=self.segments or None,
        )


def as_seen(run: Run) -> str:
    """What tells a run and its plan from others, so that nobody exports what they did not see."""
    return f"{audience_fingerprint(run)} {run.home}"


def keep_list(workspace: Workspace, name: str, content: BinaryIO) -> str:
    """Keep a stop list that was brought, below the root under a name that no other file has; its path there."""
    return workspace.told(keep(content, workspace.root / UPLOADS, name or "stop-list.txt"))
