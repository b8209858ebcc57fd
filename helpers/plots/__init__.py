"""The course's pictures, each with a sentence that says what is to be seen in it.

Every picture has a module: `plot_...` (or `draw_...`) takes rows and returns a figure,
`describe_...` takes the same rows and returns the sentence, `show` shows both.
"""

from helpers.plots.architecture import describe_map, draw_map
from helpers.plots.dashboard import describe_dashboard, plot_dashboard
from helpers.plots.environments import describe_environments, plot_environments
from helpers.plots.lifelines import describe_lifelines, plot_lifelines
from helpers.plots.queue_depth import describe_queue_depth, plot_queue_depth
from helpers.plots.style import show

__all__ = [
    "describe_dashboard",
    "describe_environments",
    "describe_lifelines",
    "describe_map",
    "describe_queue_depth",
    "draw_map",
    "plot_dashboard",
    "plot_environments",
    "plot_lifelines",
    "plot_queue_depth",
    "show",
]
