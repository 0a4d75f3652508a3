"""A finished run as one HTML file that opens offline and reads like a memo."""

from marketfold.report.content import report_page, write_report
from marketfold.report.page import render_page, write_page
from marketfold.report.parts import ReportPage, Section
from marketfold.report.renaming import rename_in_page
from marketfold.report.sentences.reduction import about_suitability, why_skipped

__all__ = [
    "ReportPage",
    "Section",
    "about_suitability",
    "rename_in_page",
    "render_page",
    "report_page",
    "why_skipped",
    "write_page",
    "write_report",
]
