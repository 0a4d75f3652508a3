"""From profiles to campaigns: a brief for each segment, budgets, holdouts, and audiences to upload."""

from marketfold.campaigns.audience_report import Audience, AudienceReport
from marketfold.campaigns.audiences import export_audiences
from marketfold.campaigns.briefs import brief_filename, brief_markdown
from marketfold.campaigns.budget import Budget, BudgetLine, Stake, allocate_budget
from marketfold.campaigns.edits import edited_briefs, keep_edits, write_briefs
from marketfold.campaigns.plan import Campaign, CampaignPlan
from marketfold.campaigns.planning import plan_campaigns
from marketfold.campaigns.playbook import Playbook, load_playbook

__all__ = [
    "Audience",
    "AudienceReport",
    "Budget",
    "BudgetLine",
    "Campaign",
    "CampaignPlan",
    "Playbook",
    "Stake",
    "allocate_budget",
    "brief_filename",
    "brief_markdown",
    "edited_briefs",
    "export_audiences",
    "keep_edits",
    "load_playbook",
    "plan_campaigns",
    "write_briefs",
]
