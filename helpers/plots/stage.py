"""Draws what moves: one SVG, its motion CSS keyframes, so that it runs wherever a picture is shown.

The stage is dark on light pages and on dark ones: its colours have to pass on it alone, and it
glares in neither. Without motion (a reader who asked for less of it, a printer) it shows the end.

Written with the standard library's ElementTree. drawsvg animates by SMIL, which no wish for less
motion stops; svganim and matplotlib's own writers repeat each artist frame by frame, a hundred dots
a hundred times. Messages that move alike share their keyframes here, which keeps this small.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil, sqrt
from typing import NamedTuple
from xml.etree import ElementTree as Xml

from helpers.plots.style import MovingPicture, find_time_unit

WIDTH = 720
MARGIN = 16
BAR = 62
"""How high the title and the clock above the places are."""
GAP = 68
"""Between two places: room for an arrow and its word."""
HEAD = 30
"""Of a place: the count and the name."""
SHORTEST, LONGEST, WHOLE, HOLD = 0.45, 1.3, 24.0, 3.0
"""Seconds: a beat takes from 0.45 to 1.3, all of them about 24; the end stays for 3."""
MOVE = 0.6
"""Of a beat, in which a dot moves."""
MOST_NAMES, LONGEST_NAME, PILL = 12, 9, 86
"""So many messages, with names of so many letters, are pills of so many pixels, and not dots."""

STAGE, LINE, WORDS = "#1F2933", "#9AA5B1", "#FFFFFF"


class Beat(NamedTuple):
    """A moment at which something happens, and how things are after it."""

    at: float
    places: Mapping[str, str]
    """The place of each message that has been sent."""
    booked: frozenset[str]


class Place(NamedTuple):
    """Where messages can be, how it is called there, and where on the stage it stands."""

    words: str
    colour: str
    column: int
    row: int


PLACES = {
    "delayed": Place("delayed", "#D9A0C2", 0, 0),
    "visible": Place("visible", "#6CB8EA", 1, 0),
    "in flight": Place("in flight", "#FF9B54", 2, 0),
    "deleted": Place("deleted", "#4FD1A5", 3, 0),
    "dead-letter queue": Place("dead letters", "#FFFFFF", 2, 1),
    "expired": Place("expired", "#D9A0C2", 0, 1),
}


class Way(NamedTuple):
    """What takes a message from one place to another."""

    start: str
    end: str
    words: str
    is_back: bool = False


WAYS = (
    Way("delayed", "visible", "delay over"),
    Way("visible", "in flight", "receive"),
    Way("in flight", "visible", "timeout", is_back=True),
    Way("in flight", "deleted", "delete"),
    Way("visible", "dead-letter queue", "too often"),
    Way("dead-letter queue", "visible", "redrive", is_back=True),
    Way("visible", "expired", "too old"),
)


class Layout(NamedTuple):
    """Where the places are, and how the messages sit in them: a dot each, or a pill with its name.

    All in pixels; a seat is as wide as `across` and as high as `step`.
    """

    corners: Mapping[str, tuple[int, int]]
    width: int
    height: int
    columns: int
    across: int
    step: int
    bottom: int

    @property
    def has_names(self) -> bool:
        """Whether there is room for the messages' names."""
        return self.across > self.step

    def find_seat(self, number: int) -> tuple[float, float]:
        """The middle of a message's seat, the same in each place, from the place's corner."""
        row, column = divmod(number, self.columns)
        left = (self.width - self.columns * self.across) / 2
        return left + (column + 0.5) * self.across, HEAD + (row + 0.6) * self.step


def draw_stage(
    beats: Sequence[Beat], messages: Sequence[str], title: str, sentence: str
) -> MovingPicture:
    """The picture of these beats.

    Args:
        messages: all of them, in the order of their seats.
        title: stands above; may be empty.
        sentence: the picture in words, for those who do not see it.
    """
    hops = _count_hops(beats, messages)
    used = {place for beat in beats for place in beat.places.values()} | {"visible", "in flight"}
    layout = _arrange([place for place in PLACES if place in used], messages)
    length = min(LONGEST, max(SHORTEST, WHOLE / len(beats)))
    clock = Clock(len(beats), length)
    root = Xml.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {layout.bottom}",
        width=str(WIDTH),
        height=str(layout.bottom),
        role="img",
        fill=WORDS,
    )
    Xml.SubElement(root, "title").text = title or "Messages on their way"
    Xml.SubElement(root, "desc").text = sentence
    style = Xml.SubElement(root, "style")
    Xml.SubElement(root, "rect", width=str(WIDTH), height=str(layout.bottom), rx="8", fill=STAGE)
    if title:
        _write(root, MARGIN, 25, title, size="17", weight="bold")
    rules = [*STYLE, *_draw_clock(root, beats, clock)]
    _draw_places(root, layout)
    _draw_ways(root, layout, hops)
    rules += _draw_counts(root, beats, layout, clock)
    rules += _draw_dots(root, beats, messages, layout, clock)
    rules.append("@media(prefers-reduced-motion:reduce){*{animation:none!important}}")
    style.text = "".join(rules)
    return MovingPicture(Xml.tostring(root, encoding="unicode"))


STYLE = (
    "text{font-family:system-ui,sans-serif}",
    f".way{{fill:none;stroke:{LINE};stroke-width:1.5}}",
    ".back{stroke-dasharray:4 3}",
    ".frame{visibility:hidden}.last{visibility:visible}",
)


class Clock(NamedTuple):
    """When which beat is shown."""

    beats: int
    length: float
    """Seconds a beat."""

    @property
    def whole(self) -> float:
        """Seconds until all begins anew."""
        return self.beats * self.length + HOLD

    def percent(self, beat: float) -> str:
        """Of the whole, when a beat begins; with a part of 1, when so much of it is over."""
        return f"{100 * beat * self.length / self.whole:.2f}".rstrip("0").rstrip(".") + "%"

    def run(self, name: str, timing: str = "step-end") -> str:
        """The declaration that plays these keyframes again and again."""
        return f"animation:{name} {self.whole:g}s {timing} infinite"


def _draw_clock(root: Xml.Element, beats: Sequence[Beat], clock: Clock) -> Iterator[str]:
    """Lab time as a line on which a mark moves; the numbers come with the counts."""
    left, right, y = 210, WIDTH - MARGIN - 8, 46
    first, last = beats[0].at, beats[-1].at
    _write(root, MARGIN, 51, "lab time", size="14")
    Xml.SubElement(root, "path", {"class": "way", "d": f"M{left} {y}H{right}"})
    mark = {"class": "mark", "cx": str(left), "cy": str(y), "r": "5", "fill": WORDS}
    Xml.SubElement(root, "circle", mark)
    span = (last - first) or 1.0
    places = [round((right - left) * (beat.at - first) / span) for beat in beats]
    stops = "".join(
        f"{clock.percent(number)}{{transform:translateX({places[max(0, number - 1)]}px)}}"
        f"{clock.percent(number + MOVE)}{{transform:translateX({place}px)}}"
        for number, place in enumerate(places)
    )
    yield f"@keyframes mark{{{stops}}}"
    yield f".mark{{transform:translateX({places[-1]}px);{clock.run('mark', 'linear')}}}"


def _draw_places(root: Xml.Element, layout: Layout) -> None:
    for name, (x, y) in layout.corners.items():
        place = PLACES[name]
        Xml.SubElement(
            root,
            "rect",
            {"x": str(x), "y": str(y), "width": str(layout.width), "height": str(layout.height)},
            rx="6",
            fill="none",
            stroke=place.colour,
        ).set("stroke-width", "2")
        _write(root, x + layout.width - 10, y + 21, place.words, fill=place.colour, anchor="end")


def _draw_ways(root: Xml.Element, layout: Layout, hops: Counter[tuple[str, str]]) -> None:
    """An arrow for each way that a message took, and the word for it."""
    arrow = Xml.SubElement(
        root, "marker", id="tip", viewBox="0 0 8 8", refX="7", refY="4", orient="auto"
    )
    Xml.SubElement(arrow, "path", d="M0 0L8 4L0 8z", fill=LINE)
    for way in WAYS:
        if hops[way.start, way.end]:
            path, x, y = _lead(way, layout)
            look = {"class": "way back" if way.is_back else "way", "d": path}
            Xml.SubElement(root, "path", {**look, "marker-end": "url(#tip)"})
            _write(root, x, y, way.words, size="12", fill=LINE, anchor="middle")


def _lead(way: Way, layout: Layout) -> tuple[str, float, float]:
    """The path of a way, and where the middle of its word is."""
    (x, y), (right, below) = layout.corners[way.start], layout.corners[way.end]
    if y == below and not way.is_back:
        level = y + layout.height * 0.35
        return f"M{x + layout.width + 4} {level:g}H{right - 4}", right - GAP / 2, level - 7
    if y == below:
        level = y + layout.height * 0.65
        return f"M{x - 4} {level:g}H{right + layout.width + 4}", x - GAP / 2, level + 17
    if way.end == "expired":
        middle, level = x + layout.width * 0.2, below + layout.height * 0.4
        path = f"M{middle:g} {y + layout.height + 4}V{level:g}H{right + layout.width + 4}"
        return path, x - GAP / 2, level - 7
    if way.is_back:  # from the dead letters to the queue
        middle, level = right + layout.width * 0.6, y + layout.height * 0.7
        path = f"M{x - 4} {level:g}H{middle:g}V{below + layout.height + 4}"
        return path, x - GAP / 2, level + 16
    middle, level = x + layout.width * 0.8, below + layout.height * 0.4
    path = f"M{middle:g} {y + layout.height + 4}V{level:g}H{right - 4}"
    return path, right - GAP / 2, level - 7


def _draw_counts(
    root: Xml.Element, beats: Sequence[Beat], layout: Layout, clock: Clock
) -> Iterator[str]:
    """For each beat the clock's number and those of the places, shown while it lasts."""
    name, unit = find_time_unit(beats[-1].at)
    yield (
        f"@keyframes frame{{0%{{visibility:visible}}{clock.percent(1)}{{visibility:hidden}}}}"
        f"@keyframes last{{0%{{visibility:hidden}}{clock.percent(clock.beats - 1)}"
        "{visibility:visible}}"
        f".frame{{{clock.run('frame')}}}.last{{{clock.run('last')}}}"
    )
    for number, beat in enumerate(beats):
        is_last = number == len(beats) - 1
        frame = Xml.SubElement(root, "g", {"class": "last" if is_last else "frame"})
        if not is_last:
            frame.set("style", f"animation-delay:{number * clock.length - clock.whole:.3g}s")
        _write(frame, 78, 51, f"{beat.at / unit:.1f} {name}", size="14", weight="bold")
        counts = Counter(beat.places.values())
        for place, (x, y) in layout.corners.items():
            _write(frame, x + 10, y + 23, str(counts[place]), size="19", weight="bold")


def _draw_dots(
    root: Xml.Element,
    beats: Sequence[Beat],
    messages: Sequence[str],
    layout: Layout,
    clock: Clock,
) -> Iterator[str]:
    """Messages that go the same way at the same time share the rules of their motion."""
    ways: dict[tuple[str, ...], str] = {}
    cores: dict[int, str] = {}
    for number, message in enumerate(messages):
        way = tuple(beat.places.get(message, "") for beat in beats)
        if way not in ways:
            ways[way] = f"w{len(ways)}"
            yield from _move(ways[way], way, layout, clock)
        dot = _draw_message(root, message, layout, number)
        booked = next((place for place, beat in enumerate(beats) if message in beat.booked), None)
        if booked is not None:
            if booked not in cores:
                cores[booked] = f"c{booked}"
                start = clock.percent(booked)
                yield (
                    f"@keyframes c{booked}{{0%{{visibility:hidden}}{start}{{visibility:visible}}}}"
                    f".c{booked}{{fill:{STAGE};{clock.run(f'c{booked}')}}}"
                )
            dot = _add_core(root, dot, cores[booked], layout)
        dot.set("class", ways[way])
    if cores:
        _explain_core(root)


def _draw_message(root: Xml.Element, message: str, layout: Layout, number: int) -> Xml.Element:
    """A dot in its seat; where there is room, a pill with the message's name."""
    x, y = layout.find_seat(number)
    if not layout.has_names:
        seat = {"cx": f"{x:g}", "cy": f"{y:g}", "r": f"{layout.step * 0.4:.3g}"}
        return Xml.SubElement(root, "circle", seat)
    pair = Xml.SubElement(root, "g")
    wide, high = layout.across - 8, layout.step - 4
    corner = {"x": f"{x - wide / 2:g}", "y": f"{y - high / 2:g}"}
    Xml.SubElement(pair, "rect", corner, width=str(wide), height=str(high), rx=f"{high / 2:g}")
    _write(pair, x + 4, y + 4.5, message, size="12", fill=STAGE, anchor="middle")
    return pair


def _add_core(root: Xml.Element, dot: Xml.Element, name: str, layout: Layout) -> Xml.Element:
    """The dot with a core in it, which has a motion of its own: it comes when it comes."""
    if dot.tag == "g":
        pill = dot[0]
        high = float(pill.get("height", 0))
        x, y = float(pill.get("x", 0)) + high / 2 + 1, float(pill.get("y", 0)) + high / 2
        core = {"class": name, "cx": f"{x:g}", "cy": f"{y:g}", "r": "4"}
        Xml.SubElement(dot, "circle", core)
        return dot
    root.remove(dot)
    pair = Xml.SubElement(root, "g")
    pair.append(dot)
    Xml.SubElement(pair, "circle", dot.attrib | {"class": name, "r": f"{layout.step * 0.2:.3g}"})
    return pair


def _explain_core(root: Xml.Element) -> None:
    x, y = WIDTH - MARGIN - 76, 20
    Xml.SubElement(root, "circle", cx=str(x), cy=str(y), r="7", fill=PLACES["visible"].colour)
    Xml.SubElement(root, "circle", cx=str(x), cy=str(y), r="3.5", fill=STAGE)
    _write(root, x + 14, y + 5, "booked", size="13")


def _move(name: str, way: Sequence[str], layout: Layout, clock: Clock) -> Iterator[str]:
    """The rules for a way: at each hop from one place to the next, in its colour."""
    first = next(place for place in way if place)
    stops = [f"0%{{{_stand(first, layout, hidden=not way[0])}}}"]
    for number, (before, after) in enumerate(itertools.pairwise(way), start=1):
        if before != after:
            start = _stand(before or first, layout, hidden=not before)
            stops.append(f"{clock.percent(number)}{{{start}}}")
            stops.append(f"{clock.percent(number + MOVE)}{{{_stand(after, layout)}}}")
    end = _stand(way[-1], layout)
    yield f"@keyframes {name}{{{''.join(stops)}100%{{{end}}}}}"
    yield f".{name}{{{end};{clock.run(name, 'ease-in-out')}}}"


def _stand(place: str, layout: Layout, hidden: bool = False) -> str:
    x, y = layout.corners[place]
    look = ";opacity:0" if hidden else ""
    return f"transform:translate({x}px,{y}px);fill:{PLACES[place].colour}{look}"


def _arrange(names: Sequence[str], messages: Sequence[str]) -> Layout:
    """The places in columns and rows, each with room for all messages."""
    columns = sorted({PLACES[name].column for name in names})
    width = (WIDTH - 2 * MARGIN - (len(columns) - 1) * GAP) // len(columns)
    room = width - 12
    if len(messages) <= MOST_NAMES and max(map(len, messages)) <= LONGEST_NAME:
        across, step = PILL, 22
    else:
        across = step = min(22, room // ceil(sqrt(len(messages) * 1.6)))
    seats = room // across
    height = max(72, HEAD + ceil(len(messages) / seats) * step + 8)
    corners = {
        name: (
            MARGIN + columns.index(PLACES[name].column) * (width + GAP),
            BAR + 8 + PLACES[name].row * (height + 44),
        )
        for name in names
    }
    bottom = max(y for _, y in corners.values()) + height + MARGIN
    return Layout(corners, width, height, min(seats, len(messages)), across, step, bottom)


def _count_hops(beats: Sequence[Beat], messages: Iterable[str]) -> Counter[tuple[str, str]]:
    """How often a message went from one place to another."""
    return Counter(
        (before.places[message], after.places[message])
        for before, after in itertools.pairwise(beats)
        for message in messages
        if message in before.places and before.places[message] != after.places[message]
    )


def _write(
    parent: Xml.Element,
    x: float,
    y: float,
    words: str,
    *,
    size: str = "14",
    weight: str = "",
    fill: str = "",
    anchor: str = "",
) -> None:
    look = {"font-size": size, "font-weight": weight, "fill": fill, "text-anchor": anchor}
    given = {name: value for name, value in look.items() if value}
    Xml.SubElement(parent, "text", {"x": f"{x:g}", "y": f"{y:g}", **given}).text = words
