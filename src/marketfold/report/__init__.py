"""A finished run as one HTML file that opens offline and reads like a memo."""

from marketfold.report.content import report_page, write_report
from marketfold.report.measurement import measurement_figures, measurement_page, write_measurement
from marketfold.report.page import render_page, write_page
from marketfold.report.parts import ReportPage, Section
from marketfold.report.renaming import rename_in_page
from marketfold.report.sentences.experiments import describe_holdout, describe_period, describe_result

__all__ = [
    "ReportPage",
    "Section",
    "describe_holdout",
    "describe_period",
    "describe_result",
    "measurement_figures",
    "measurement_page",
    "rename_in_page",
    "render_page",
    "report_page",
    "write_measurement",
    "write_page",
    "write_report",
]
