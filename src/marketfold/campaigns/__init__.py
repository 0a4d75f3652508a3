"""From profiles to campaigns: a brief for each segment, budgets and holdouts."""

from marketfold.campaigns.briefs import PART_WORDS, brief_filename, brief_markdown
from marketfold.campaigns.budget import Budget, BudgetLine, Stake, allocate_budget
from marketfold.campaigns.changes import change_parts
from marketfold.campaigns.consequences import assign_anew, check_drafts, divide_anew, divided_alike, follow
from marketfold.campaigns.drafts import Draft
from marketfold.campaigns.kept_edits import keep_edits
from marketfold.campaigns.plan import Campaign, CampaignPlan
from marketfold.campaigns.planning import ArmDraw, plan_campaigns
from marketfold.campaigns.playbook import Playbook, load_playbook
from marketfold.campaigns.product_affinity import NextBuy, OverIndex

__all__ = [
    "PART_WORDS",
    "ArmDraw",
    "Budget",
    "BudgetLine",
    "Campaign",
    "CampaignPlan",
    "Draft",
    "NextBuy",
    "OverIndex",
    "Playbook",
    "Stake",
    "allocate_budget",
    "assign_anew",
    "brief_filename",
    "brief_markdown",
    "change_parts",
    "check_drafts",
    "divide_anew",
    "divided_alike",
    "follow",
    "keep_edits",
    "load_playbook",
    "plan_campaigns",
]
