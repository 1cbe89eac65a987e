"""What ails a trained model: vital signs measured once, and findings with what to change."""

from latentia.diagnosis._checks import checks, diagnose
from latentia.diagnosis._diagnosable import Diagnosable
from latentia.diagnosis._finding import Finding
from latentia.diagnosis._measure import measure
from latentia.diagnosis._vitals import CodebookVitals, CodeVitals, FitVitals, Vitals

__all__ = [
    "CodeVitals",
    "CodebookVitals",
    "Diagnosable",
    "Finding",
    "FitVitals",
    "Vitals",
    "checks",
    "diagnose",
    "measure",
]
