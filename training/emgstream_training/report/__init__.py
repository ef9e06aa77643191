"""The report of a training: one page, its figures, its numbers, and the data behind them."""

from emgstream_training.report.folder import REPORT_FILES, ReportFolder, make_folder, write_report

__all__ = ["REPORT_FILES", "ReportFolder", "make_folder", "write_report"]
