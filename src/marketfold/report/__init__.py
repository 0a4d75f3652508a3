"""A finished run as one HTML file that opens offline and reads like a memo, and results in words for other pages."""

from marketfold.report.briefs import brief_filename, brief_markdown
from marketfold.report.campaign_chapter import campaign_brief
from marketfold.report.comparison import comparison_page
from marketfold.report.content import report_data, report_page, with_plan, write_report
from marketfold.report.customers_chapter import customer_cell
from marketfold.report.making_chapter import settings_rows
from marketfold.report.measurement import measurement_figure, measurement_page
from marketfold.report.number_chapter import alike_in_words
from marketfold.report.opening import export_target
from marketfold.report.plan_parts import division_table, holdout_facts, holdout_table, part_label
from marketfold.report.sentences.audiences import audience_account, audience_table, describe_notes, describe_together
from marketfold.report.sentences.baskets import baskets_sentence
from marketfold.report.sentences.campaigns import AD_WORDS, PART_WORDS, plan_notes, promise_note
from marketfold.report.sentences.clustering import disagreements
from marketfold.report.sentences.experiments import (
    describe_coverage,
    describe_holdout,
    describe_overall,
    describe_payback,
    describe_paybacks,
    describe_period,
    describe_result,
    doubt_coverage,
    missing_payback,
)
from marketfold.report.sentences.movement import about_people, movement_sentences, movement_title
from marketfold.report.sentences.moves import is_ranked, move_sentences
from marketfold.report.sentences.outlook import outlook_sentence
from marketfold.report.sentences.phrases import phrases
from marketfold.report.sentences.reduction import about_suitability
from marketfold.report.sentences.segments import Ends, bounds_words, rule_sentence, rule_words
from marketfold.report.sentences.selection import (
    REDUCTION_RULE,
    feature_set_reason,
    merge_sentence,
    number_decision,
    reduction_decision,
    search_decision,
    skip_reason,
)
from marketfold.report.sentences.trust import trust_summary
from marketfold.report.sentences.warnings import (
    baseline_sentence,
    run_warnings,
    space_text,
    trap_sentence,
)

__all__ = [
    "AD_WORDS",
    "PART_WORDS",
    "REDUCTION_RULE",
    "Ends",
    "about_people",
    "about_suitability",
    "alike_in_words",
    "audience_account",
    "audience_table",
    "baseline_sentence",
    "baskets_sentence",
    "bounds_words",
    "brief_filename",
    "brief_markdown",
    "campaign_brief",
    "comparison_page",
    "customer_cell",
    "describe_coverage",
    "describe_holdout",
    "describe_notes",
    "describe_overall",
    "describe_payback",
    "describe_paybacks",
    "describe_period",
    "describe_result",
    "describe_together",
    "disagreements",
    "division_table",
    "doubt_coverage",
    "export_target",
    "feature_set_reason",
    "holdout_facts",
    "holdout_table",
    "is_ranked",
    "measurement_figure",
    "measurement_page",
    "merge_sentence",
    "missing_payback",
    "move_sentences",
    "movement_sentences",
    "movement_title",
    "number_decision",
    "outlook_sentence",
    "part_label",
    "phrases",
    "plan_notes",
    "promise_note",
    "reduction_decision",
    "report_data",
    "report_page",
    "rule_sentence",
    "rule_words",
    "run_warnings",
    "search_decision",
    "settings_rows",
    "skip_reason",
    "space_text",
    "trap_sentence",
    "trust_summary",
    "with_plan",
    "write_report",
]
