"""From profiles to campaigns: a brief for each segment, budgets, holdouts, and audiences to upload."""

from marketfold.campaigns.audience_report import Audience, AudienceReport
from marketfold.campaigns.audiences import export_audiences
from marketfold.campaigns.briefs import PART_WORDS, brief_filename, brief_markdown
from marketfold.campaigns.budget import Budget, BudgetLine, Stake, allocate_budget
from marketfold.campaigns.changes import change_parts
from marketfold.campaigns.consequences import assign_anew, check_drafts, divide_anew, divided_alike, follow
from marketfold.campaigns.drafts import Draft
from marketfold.campaigns.holdout import Holdout, Primary, assign_arms, detectable_lift
from marketfold.campaigns.kept_edits import keep_edits
from marketfold.campaigns.plan import Campaign, CampaignPlan
from marketfold.campaigns.planning import plan_campaigns
from marketfold.campaigns.playbook import Playbook, load_playbook
from marketfold.campaigns.product_affinity import NextBuy, OverIndex

__all__ = [
    "PART_WORDS",
    "Audience",
    "AudienceReport",
    "Budget",
    "BudgetLine",
    "Campaign",
    "CampaignPlan",
    "Draft",
    "Holdout",
    "NextBuy",
    "OverIndex",
    "Playbook",
    "Primary",
    "Stake",
    "allocate_budget",
    "assign_anew",
    "assign_arms",
    "brief_filename",
    "brief_markdown",
    "change_parts",
    "check_drafts",
    "detectable_lift",
    "divide_anew",
    "divided_alike",
    "export_audiences",
    "follow",
    "keep_edits",
    "load_playbook",
    "plan_campaigns",
]
