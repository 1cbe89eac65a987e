"""A fitted estimator and its data as numbers, pictures and one page."""

from latentia.reports._files import run_files
from latentia.reports._headlines import Headline, headlines
from latentia.reports._metrics import metrics
from latentia.reports._observed import visible
from latentia.reports._page import report_html
from latentia.reports._pictures import Picture, pictures
from latentia.reports._png import png

__all__ = [
    "Headline",
    "Picture",
    "headlines",
    "metrics",
    "pictures",
    "png",
    "report_html",
    "run_files",
    "visible",
]
