"""The command on a run's plan: show it, or change it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from marketfold.cli import flags

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.campaigns import CampaignPlan


def plan(
    run: flags.RunFolder,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help='Change a part: 2.offer.promise="free tea"; may repeat.'),
    ] = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="Make all anew from plan.json and the briefs as they were edited.")
    ] = False,
    json_: flags.Json = False,
) -> None:
    """Show the campaigns of a run; with --set change them, and make briefs, page and tables anew."""
    from marketfold.runs import Run, change_plan, outdated_audiences, read_plan

    before = read_plan(run)
    read = Run.read(run)
    after = change_plan(run, _changes(set_ or [])) if set_ or renew else before
    if json_:
        typer.echo(json.dumps(_plain(after), ensure_ascii=False, indent=1))
    else:
        from marketfold.cli.summary import print_plan

        print_plan(before, after)
    if after is not before:
        say_outdated(outdated_audiences(read, before, after))


def say_outdated(audiences: list[Path]) -> None:
    """Say which audiences were exported before the plan was changed."""
    if audiences:
        from marketfold.words import listed

        folders = listed([str(path) for path in audiences])
        typer.echo(f"! Exported before this change, and out of date: {folders}. Export them again.", err=True)


def _plain(plan: CampaignPlan) -> dict[str, object]:
    """The plan as it stands in plan.json, and which parts of each campaign were edited."""
    plain_plan = plan.to_dict()
    for plain, campaign in zip(plain_plan["campaigns"], plan.campaigns, strict=True):
        plain["edited"] = list(campaign.edited)
    return plain_plan


def _changes(texts: list[str]) -> dict[str, object]:
    changes: dict[str, object] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        if not equals or not path.strip():
            message = f"--set wants PATH=VALUE, as in --set '2.offer.title=Free tasting'; got {text!r}."
            raise typer.BadParameter(message)
        if path.strip() in changes:
            message = f"--set names {path.strip()} twice; say once what it is to be."
            raise typer.BadParameter(message)
        changes[path.strip()] = value
    return changes
