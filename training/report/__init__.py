"""The report of a training: one page, its figures, its numbers, and the data behind them."""

from training.report.folder import Report, make_folder, write_report

__all__ = ["Report", "make_folder", "write_report"]
