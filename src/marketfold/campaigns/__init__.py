"""From profiles to campaigns: a brief for each segment, budgets and holdouts."""

from marketfold.campaigns.budget import YEAR_DAYS, Budget, BudgetLine, Stake, allocate_budget
from marketfold.campaigns.changes import change_parts, checked_edits
from marketfold.campaigns.consequences import (
    assign_anew,
    check_drafts,
    divide_anew,
    divided_alike,
    follow,
    keep_edits,
)
from marketfold.campaigns.customers import FACTS
from marketfold.campaigns.drafts import LIMITS, Draft
from marketfold.campaigns.plan import Campaign, CampaignPlan, PlannedChannel, PlanNote, as_made
from marketfold.campaigns.planning import ArmDraw, for_companies, plan_campaigns
from marketfold.campaigns.playbook import AimRule, MetCondition, Playbook, load_playbook
from marketfold.campaigns.product_affinity import NextBuy, OverIndex
from marketfold.campaigns.timing import MIN_ORDERS, Timing

__all__ = [
    "FACTS",
    "LIMITS",
    "MIN_ORDERS",
    "YEAR_DAYS",
    "AimRule",
    "ArmDraw",
    "Budget",
    "BudgetLine",
    "Campaign",
    "CampaignPlan",
    "Draft",
    "MetCondition",
    "NextBuy",
    "OverIndex",
    "PlanNote",
    "PlannedChannel",
    "Playbook",
    "Stake",
    "Timing",
    "allocate_budget",
    "as_made",
    "assign_anew",
    "change_parts",
    "check_drafts",
    "checked_edits",
    "divide_anew",
    "divided_alike",
    "follow",
    "for_companies",
    "keep_edits",
    "load_playbook",
    "plan_campaigns",
]
