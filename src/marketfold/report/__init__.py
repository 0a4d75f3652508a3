"""A finished run as one HTML file that opens offline and reads like a memo."""

from marketfold.report.content import report_data, report_page, with_plan, write_report
from marketfold.report.measurement import measurement_figures, measurement_page, write_measurement
from marketfold.report.sentences.audiences import audience_account
from marketfold.report.sentences.experiments import describe_holdout, describe_period, describe_result

__all__ = [
    "audience_account",
    "describe_holdout",
    "describe_period",
    "describe_result",
    "measurement_figures",
    "measurement_page",
    "report_data",
    "report_page",
    "with_plan",
    "write_measurement",
    "write_report",
]
