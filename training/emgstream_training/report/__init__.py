"""The report of a training: a page, its charts, its numbers and the data."""

from emgstream_training.report.folder import REPORT_FILES, make_folder, write_report
from emgstream_training.report.training_report import TrainingReport

__all__ = ["REPORT_FILES", "TrainingReport", "make_folder", "write_report"]
