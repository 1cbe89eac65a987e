"""A fitted estimator and its data as numbers, pictures and one page."""

from latentia.reports._album import album
from latentia.reports._comparison import Compared, compare, draw_comparison
from latentia.reports._comparison_page import comparison_html, comparison_rows
from latentia.reports._figure_numbers import figure_numbers
from latentia.reports._files import run_files
from latentia.reports._headlines import Headline, headlines
from latentia.reports._metrics import metrics
from latentia.reports._observed import Observed, observe, visible
from latentia.reports._page import report_html
from latentia.reports._pictures import Picture, pictures
from latentia.reports._png import png
from latentia.reports._walks import prior_spread, walk_between, walk_dimensions

__all__ = [
    "Compared",
    "Headline",
    "Observed",
    "Picture",
    "album",
    "compare",
    "comparison_html",
    "comparison_rows",
    "draw_comparison",
    "figure_numbers",
    "headlines",
    "metrics",
    "observe",
    "pictures",
    "png",
    "prior_spread",
    "report_html",
    "run_files",
    "visible",
    "walk_between",
    "walk_dimensions",
]
