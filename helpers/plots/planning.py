"""What a bench of `helpers.planning` answers: one picture for each question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.plots.style import (
    BLACK,
    BLUE,
    FONT_SIZE,
    GREEN,
    PURPLE,
    VERMILLION,
    check_columns,
    create_axes,
    join,
    label_time,
    number,
    whole_numbers,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOOKS = ((BLUE, "-"), (VERMILLION, "--"), (GREEN, "-."), (PURPLE, (0, (5, 1))), (BLACK, ":"))
MINUTE = 60
SOURCE = "helpers.planning.questions"


def plot_prediction(rows: pd.DataFrame, varied: str, measured: str) -> Figure:
    """A formula as a line, and what ran as points: on the line, the formula is right.

    Args:
        rows: index: what was varied; columns formula, run.
        varied, measured: for the axes, such as "MaximumConcurrency", "seconds in the queue".
    """
    check_columns(rows, ["formula", "run"], "plot_prediction", "your experiment")
    figure, axes = create_axes()
    places = rows.index.to_numpy(dtype=float)
    axes.plot(places, rows["formula"], color=BLACK, linestyle="--", linewidth=1.4, label="formula")
    axes.plot(places, rows["run"], color=BLUE, marker="o", linestyle="", markersize=9, label="run")
    axes.set_ylim(0, float(rows[["formula", "run"]].to_numpy().max()) * 1.15 or 1)
    axes.set_xticks(places)
    axes.set_xlabel(varied)
    axes.set_ylabel(measured)
    figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=FONT_SIZE)
    return figure


def describe_prediction(rows: pd.DataFrame, varied: str, measured: str) -> str:
    """The finding of `plot_prediction` in words, read from the same rows."""
    apart = (rows["run"] - rows["formula"]).abs()
    first, last = rows.index[0], rows.index[-1]
    return (
        f"From {varied} {first} to {last}, {measured}: {rows['run'].iloc[0]:.2f} to "
        f"{rows['run'].iloc[-1]:.2f} in the simulation, {rows['formula'].iloc[0]:.2f} to "
        f"{rows['formula'].iloc[-1]:.2f} by the formula; at most {float(apart.max()):.2f} apart."
    )


def plot_by_minute(rows: pd.DataFrame, varied: str, counted: str) -> Figure:
    """A count as time passes, a line for each setting.

    Args:
        rows: index minute; a column for each value of a setting, as the functions of
            `helpers.planning.questions` return them. At most 5.
        varied: the setting, such as "MaximumConcurrency".
        counted: for the y axis, such as "messages that wait".
    """
    _check_lines(rows, "plot_by_minute")
    figure, axes = create_axes()
    for column, (colour, style) in zip(rows.columns, LOOKS, strict=False):
        axes.step(
            rows.index * MINUTE,
            rows[column],
            where="post",
            color=colour,
            linestyle=style,
            linewidth=1.8,
            label=f"{column}",
        )
    axes.set_xlim(0, float(rows.index[-1]) * MINUTE)
    axes.set_ylim(0, max(1.0, float(rows.to_numpy().max())) * 1.1)
    axes.yaxis.set_major_locator(whole_numbers())
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_ylabel(counted)
    label_time(axes, float(rows.index[-1]) * MINUTE)
    figure.legend(
        title=varied, loc="outside upper left", ncols=5, frameon=False, fontsize=FONT_SIZE - 1
    )
    return figure


def describe_drain(rows: pd.DataFrame, varied: str) -> str:
    """Of a backlog that grows and goes: how high it was, and when it was gone for each setting."""
    _check_lines(rows, "describe_drain")
    parts = []
    for column in rows.columns:
        high = rows[column] > rows[column].max() / 100
        gone = rows.index[high.to_numpy()][-1] if high.any() else rows.index[0]
        parts.append(f"{column}: gone by minute {gone + 1}")
    most = int(rows.to_numpy().max())
    return f"The backlog grows to {most:,} messages. {varied} " + "; ".join(parts) + "."


def describe_dead_letters(rows: pd.DataFrame) -> str:
    """How many dead letters there are in the end with each maxReceiveCount."""
    _check_lines(rows, "describe_dead_letters")
    parts = [f"{int(rows[column].iloc[-1]):,} with {column}" for column in rows.columns]
    return f"Dead letters by maxReceiveCount: {', '.join(parts)}."


def plot_slow_down(rows: pd.DataFrame) -> Figure:
    """How long messages take when the work takes longer: a point for each factor.

    Args:
        rows: as `helpers.planning.questions.slow_down` returns them.
    """
    check_columns(rows, ["factor", "p95", "busy"], "plot_slow_down", SOURCE)
    figure, axes = create_axes()
    axes.plot(rows["factor"], rows["p95"], color=BLUE, marker="o", linewidth=1.8, markersize=7)
    axes.set_ylim(0, max(1.0, float(rows["p95"].max())) * 1.1)
    axes.set_xlabel("the work takes so many times as long")
    axes.set_ylabel("seconds in the queue (p95)")
    return figure


def describe_slow_down(rows: pd.DataFrame) -> str:
    """The finding of `plot_slow_down` in words, read from the same rows."""
    factors = join([number(factor, 3) for factor in rows["factor"]])
    waits = join([number(wait, 2) for wait in rows["p95"]])
    return (
        f"When the work takes {factors} times as long, 95 % of the messages wait {waits} seconds "
        "at most."
    )


def plot_neighbours(rows: pd.DataFrame) -> Figure:
    """For each case two bars: the tenants that keep quiet, and the one that bursts.

    Args:
        rows: as `helpers.planning.questions.share_with_noise` returns them.
    """
    check_columns(rows, ["case", "quiet_p95", "noisy_p95"], "plot_neighbours", SOURCE)
    figure, axes = create_axes(0.9 + 0.75 * len(rows))
    kinds = (
        ("quiet_p95", "the others", BLUE, -0.19),
        ("noisy_p95", "the noisy one", VERMILLION, 0.19),
    )
    most = max(1.0, float(rows[["quiet_p95", "noisy_p95"]].to_numpy().max()))
    for column, label, colour, shift in kinds:
        places = [place + shift for place in range(len(rows))]
        hatch = "" if column == "quiet_p95" else "//"
        axes.barh(
            places,
            rows[column],
            height=0.34,
            facecolor=colour if not hatch else "none",
            edgecolor=colour,
            hatch=hatch,
            label=label,
        )
        for place, seconds in zip(places, rows[column], strict=True):
            words = f" {number(seconds, 2)} s"
            axes.text(seconds, place, words, va="center", fontsize=FONT_SIZE - 1)
    axes.set_xlim(0, most * 1.15)
    axes.set_yticks(range(len(rows)), list(rows["case"]))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("seconds in the queue (p95)")
    figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=FONT_SIZE - 1)
    return figure


def describe_neighbours(rows: pd.DataFrame) -> str:
    """The finding of `plot_neighbours` in words, read from the same rows."""
    parts = [
        f"{case}: the other tenants {number(quiet, 2)} s, the noisy one {number(noisy, 2)} s"
        for case, quiet, noisy in zip(
            rows["case"], rows["quiet_p95"], rows["noisy_p95"], strict=True
        )
    ]
    return f"How long 95 % of the messages wait at most. {'; '.join(parts)}."


def plot_cost_against_latency(rows: pd.DataFrame) -> Figure:
    """A point for each setting; down and to the left is better. The ring is where you run.

    Args:
        rows: as `helpers.planning.questions.weigh_cost` returns them.
    """
    check_columns(
        rows,
        ["batch_size", "window", "p95", "usd", "is_yours"],
        "plot_cost_against_latency",
        SOURCE,
    )
    figure, axes = create_axes(4.0)
    for window, (colour, style), marker in zip(
        sorted(set(rows["window"])), LOOKS, "os^Dv", strict=False
    ):
        own = rows[rows["window"] == window].sort_values("batch_size")
        axes.plot(
            own["usd"],
            own["p95"],
            color=colour,
            linestyle=style,
            marker=marker,
            markersize=7,
            label=f"window {window} s",
        )
    yours = rows[rows["is_yours"]].iloc[0]
    axes.plot(
        [yours["usd"]],
        [yours["p95"]],
        marker="o",
        markersize=17,
        markerfacecolor="none",
        markeredgecolor=BLACK,
        linestyle="",
    )
    _annotate_batches(axes, rows)
    axes.set_xlim(0, float(rows["usd"].max()) * 1.1)
    axes.set_ylim(0, float(rows["p95"].max()) * 1.15)
    axes.set_xlabel("US dollars a month, before any free tier")
    axes.set_ylabel("seconds until done (p95)")
    figure.legend(loc="outside upper left", ncols=3, frameon=False, fontsize=FONT_SIZE - 1)
    return figure


def describe_cost_against_latency(rows: pd.DataFrame) -> str:
    """The finding of `plot_cost_against_latency` in words, read from the same rows."""
    cheap = rows.iloc[int(rows["usd"].argmin())]
    yours = rows[rows["is_yours"]].iloc[0]

    def words(row: pd.Series[float]) -> str:
        return (
            f"batches of {int(row['batch_size'])} and a window of {int(row['window'])} s "
            f"({row['usd']:.2f} USD a month, {number(row['p95'], 2)} s)"
        )

    return f"You run {words(yours)}. The cheapest of {len(rows)} settings is {words(cheap)}."


def _annotate_batches(axes: Axes, rows: pd.DataFrame) -> None:
    """The batch size above each point of the longest window, whose points lie apart."""
    longest = rows[rows["window"] == rows["window"].max()]
    for row in longest.itertuples():
        axes.annotate(
            f"{row.batch_size}",
            (row.usd, row.p95),
            xytext=(0, 13),
            textcoords="offset points",
            ha="center",
            fontsize=FONT_SIZE - 2,
        )


def _check_lines(rows: pd.DataFrame, picture: str) -> None:
    if rows.empty or not 1 <= len(rows.columns) <= len(LOOKS):
        raise ValueError(
            f"{picture} takes 1 to {len(LOOKS)} columns of minutes, as {SOURCE} returns them; "
            f"this table has {len(rows.columns)} and {len(rows)} rows."
        )
