"""A finished run as one HTML file that opens offline and reads like a memo."""

from marketfold.report.content import report_data, report_page, with_plan, write_report

__all__ = ["report_data", "report_page", "with_plan", "write_report"]
