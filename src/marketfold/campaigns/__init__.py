"""From profiles to campaigns: a brief for each segment, budgets and holdouts."""

from marketfold.campaigns.aims import aim_parts
from marketfold.campaigns.basket_counts import MOST_IN_ORDER
from marketfold.campaigns.basket_tests import LEAST_ORDERS
from marketfold.campaigns.baskets import Baskets, Pair
from marketfold.campaigns.budget import Budget, BudgetLine, Stake, allocate_budget
from marketfold.campaigns.changes import (
    CAMPAIGN_FIELDS,
    LONGEST_NAME,
    PLAN_FIELDS,
    Unfit,
    change_parts,
    checked_edits,
    parts_of,
)
from marketfold.campaigns.consequences import (
    assign_anew,
    check_drafts,
    divide_anew,
    divided_alike,
    follow,
    foresee,
    keep_edits,
)
from marketfold.campaigns.customers import FACTS
from marketfold.campaigns.drafts import LIMITS, TEXT_LIMITS, Draft
from marketfold.campaigns.plan import Campaign, CampaignPlan, PlannedChannel, PlanNote, as_made
from marketfold.campaigns.planning import ArmDraw, for_companies, plan_campaigns
from marketfold.campaigns.playbook import SHIPPED, AimRule, MetCondition, Playbook, load_playbook
from marketfold.campaigns.product_affinity import MIN_LIFT, NextBuy, OverIndex
from marketfold.campaigns.returning import LEAST_CUSTOMERS, SegmentCohorts
from marketfold.campaigns.timing import MIN_ORDERS, Timing

__all__ = [
    "CAMPAIGN_FIELDS",
    "FACTS",
    "LEAST_CUSTOMERS",
    "LEAST_ORDERS",
    "LIMITS",
    "LONGEST_NAME",
    "MIN_LIFT",
    "MIN_ORDERS",
    "MOST_IN_ORDER",
    "PLAN_FIELDS",
    "SHIPPED",
    "TEXT_LIMITS",
    "AimRule",
    "ArmDraw",
    "Baskets",
    "Budget",
    "BudgetLine",
    "Campaign",
    "CampaignPlan",
    "Draft",
    "MetCondition",
    "NextBuy",
    "OverIndex",
    "Pair",
    "PlanNote",
    "PlannedChannel",
    "Playbook",
    "SegmentCohorts",
    "Stake",
    "Timing",
    "Unfit",
    "aim_parts",
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
    "foresee",
    "keep_edits",
    "load_playbook",
    "parts_of",
    "plan_campaigns",
]
