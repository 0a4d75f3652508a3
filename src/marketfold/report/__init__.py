"""A finished run as one HTML file that opens offline and reads like a memo."""

from marketfold.report.content import report_page, write_report
from marketfold.report.page import render_page, write_page
from marketfold.report.parts import ReportPage, Section
from marketfold.report.renaming import rename_in_page

__all__ = ["ReportPage", "Section", "rename_in_page", "render_page", "report_page", "write_page", "write_report"]
