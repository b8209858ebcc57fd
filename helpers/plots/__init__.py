"""The course's pictures, each with a sentence that says what is to be seen in it.

Every picture has a module: `plot_...` takes rows and returns a figure, `describe_...` takes the
same rows and returns the sentence; `draw_...` needs no rows, and what `animate_...` returns moves.
`show` shows picture and sentence.
"""

from helpers.plots.architecture import describe_map, draw_map
from helpers.plots.batches import describe_batches, plot_batches
from helpers.plots.cost import describe_costs, plot_costs
from helpers.plots.dashboard import describe_dashboard, plot_dashboard
from helpers.plots.encryption import (
    describe_envelope,
    describe_key_choice,
    draw_envelope,
    draw_key_choice,
)
from helpers.plots.environment_bars import describe_environments, plot_environments
from helpers.plots.journeys import animate_journeys, describe_journeys, show_journeys
from helpers.plots.lifelines import describe_lifelines, plot_lifelines, show_lives
from helpers.plots.permission_map import (
    describe_receiver_permissions,
    describe_sender_permissions,
    draw_receiver_permissions,
    draw_sender_permissions,
)
from helpers.plots.planning import (
    describe_cost_against_latency,
    describe_dead_letters,
    describe_drain,
    describe_neighbours,
    describe_prediction,
    describe_slow_down,
    plot_by_minute,
    plot_cost_against_latency,
    plot_neighbours,
    plot_prediction,
    plot_slow_down,
)
from helpers.plots.queue_depth import describe_queue_depth, plot_queue_depth
from helpers.plots.style import show
from helpers.plots.time_left import describe_time_left, plot_time_left, show_time_left
from helpers.plots.widgets import describe_widgets, plot_widgets

__all__ = [
    "animate_journeys",
    "describe_batches",
    "describe_cost_against_latency",
    "describe_costs",
    "describe_dashboard",
    "describe_dead_letters",
    "describe_drain",
    "describe_envelope",
    "describe_environments",
    "describe_journeys",
    "describe_key_choice",
    "describe_lifelines",
    "describe_map",
    "describe_neighbours",
    "describe_prediction",
    "describe_queue_depth",
    "describe_receiver_permissions",
    "describe_sender_permissions",
    "describe_slow_down",
    "describe_time_left",
    "describe_widgets",
    "draw_envelope",
    "draw_key_choice",
    "draw_map",
    "draw_receiver_permissions",
    "draw_sender_permissions",
    "plot_batches",
    "plot_by_minute",
    "plot_cost_against_latency",
    "plot_costs",
    "plot_dashboard",
    "plot_environments",
    "plot_lifelines",
    "plot_neighbours",
    "plot_prediction",
    "plot_queue_depth",
    "plot_slow_down",
    "plot_time_left",
    "plot_widgets",
    "show",
    "show_journeys",
    "show_lives",
    "show_time_left",
]
