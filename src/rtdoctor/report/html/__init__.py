"""The report as one HTML file."""

from rtdoctor.report.html.page import render

__all__ = ["render"]
