"""Audiences to upload: who is in them, in the form that each platform takes, and an account without a person in it."""

from marketfold.audiences.account import Audience, AudienceReport
from marketfold.audiences.export import export_audiences
from marketfold.audiences.files import AS_GIVEN, EXCEL_ROWS, Notes, add_about, fill_workbook
from marketfold.audiences.platform import Column, Platform, SegmentFacts
from marketfold.audiences.platforms import PLATFORMS, platform_named, usable_platform
from marketfold.audiences.provenance import left_out
from marketfold.audiences.request import ExportOptions, Origin

__all__ = [
    "AS_GIVEN",
    "EXCEL_ROWS",
    "PLATFORMS",
    "Audience",
    "AudienceReport",
    "Column",
    "ExportOptions",
    "Notes",
    "Origin",
    "Platform",
    "SegmentFacts",
    "add_about",
    "export_audiences",
    "fill_workbook",
    "left_out",
    "platform_named",
    "usable_platform",
]
