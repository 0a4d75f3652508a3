"""From profiles to campaigns: a brief for each segment, budgets and holdouts."""

from marketfold.campaigns.briefs import brief_filename, brief_markdown
from marketfold.campaigns.budget import Budget, BudgetLine, Stake, allocate_budget
from marketfold.campaigns.edits import edited_briefs, keep_edits, write_briefs
from marketfold.campaigns.plan import Campaign, CampaignPlan
from marketfold.campaigns.planning import ArmDraw, plan_campaigns
from marketfold.campaigns.playbook import Playbook, load_playbook

__all__ = [
    "ArmDraw",
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
    "keep_edits",
    "load_playbook",
    "plan_campaigns",
    "write_briefs",
]
