"""Audiences to upload: who is in them, in the form that each platform takes, and an account without a person in it."""

from marketfold.audiences.account import Audience, AudienceReport
from marketfold.audiences.consent import likely_columns, says_yes_or_no
from marketfold.audiences.export import count_audiences, export_audiences
from marketfold.audiences.files import EXCEL_ROWS, Notes, add_about, fill_workbook, workbook
from marketfold.audiences.people import People
from marketfold.audiences.platform import Column, Platform, SegmentFacts
from marketfold.audiences.platforms import PLATFORMS, platform_named, usable_platform
from marketfold.audiences.provenance import left_out
from marketfold.audiences.request import ExportOptions, Origin

__all__ = [
    "EXCEL_ROWS",
    "PLATFORMS",
    "Audience",
    "AudienceReport",
    "Column",
    "ExportOptions",
    "Notes",
    "Origin",
    "People",
    "Platform",
    "SegmentFacts",
    "add_about",
    "count_audiences",
    "export_audiences",
    "fill_workbook",
    "left_out",
    "likely_columns",
    "platform_named",
    "says_yes_or_no",
    "usable_platform",
    "workbook",
]
