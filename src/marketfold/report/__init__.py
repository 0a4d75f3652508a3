"""A finished run as one HTML file that opens offline and reads like a memo."""

from marketfold.report.content import report_data, report_page, with_plan, write_report
from marketfold.report.measurement import measurement_figures, measurement_page, write_measurement
from marketfold.report.sentences.diagnostics import baseline_sentence, space_text, trap_sentence
from marketfold.report.sentences.experiments import describe_holdout, describe_period, describe_result
from marketfold.report.sentences.segments import movement_sentences, rule_sentence, rule_words

__all__ = [
    "baseline_sentence",
    "describe_holdout",
    "describe_period",
    "describe_result",
    "measurement_figures",
    "measurement_page",
    "movement_sentences",
    "report_data",
    "report_page",
    "rule_sentence",
    "rule_words",
    "space_text",
    "trap_sentence",
    "with_plan",
    "write_measurement",
    "write_report",
]
