"""A figure as SVG that stands in a page and takes the page's own colours, by day and by night.

Black becomes the page's text colour and white its background; the other colours of the course stand
out from both. Letters are outlines, so a picture looks the same where its font is missing.
"""

from __future__ import annotations

import io
import re
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
CROWD = 400
"""Shapes in one axes, from which on they are drawn as pixels: each would take some 200 bytes."""
PIXELS = 150
"""Of these, in an inch."""
BACKGROUNDS = ("--jp-layout-color0", "--vscode-editor-background", "--color-background-primary")
"""How JupyterLab, VS Code and the course's site name the colour of their page."""
PAGE = "".join(f"var({name}," for name in BACKGROUNDS) + "Canvas" + ")" * len(BACKGROUNDS)
LOOK = f"--page:{PAGE};fill:currentColor;stroke-linejoin:round;max-width:100%;height:auto"
COLOURS = {"#000000": "currentColor", "#ffffff": "var(--page)"}
PIXELS_IN_POINT = 96 / 72
READABLE = " =:/,;.()!'{}"
"""Letters that need no escape in the address of an image."""
FINE = re.compile(r"-?\d+\.\d{3,}")
REFERENCE = re.compile(r"(?:^|url\()#([^)]+)")


def draw_svg(figure: Figure, words: str) -> str:
    """The figure as an `<svg>` element; the same figure gives the same characters.

    Args:
        words: its text alternative.
    """
    import matplotlib as mpl

    for axes in figure.axes:
        _rasterise_crowd(axes)
    file = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "course"}):  # else names are random
        figure.savefig(file, format="svg", dpi=PIXELS, transparent=True, metadata={"Date": None})
    picture = ElementTree.fromstring(file.getvalue())
    for parent in list(picture.iter()):
        for child in list(parent):
            if child.tag in (f"{SVG}metadata", f"{SVG}style"):  # a style would be the whole page's
                parent.remove(child)
    for element in picture.iter():
        _shorten(element)
    width, height = map(float, picture.attrib["viewBox"].split()[2:])
    picture.attrib = {
        "viewBox": picture.attrib["viewBox"],
        "width": f"{width * PIXELS_IN_POINT:.0f}",
        "height": f"{height * PIXELS_IN_POINT:.0f}",
        "role": "img",
        "aria-label": words,
        "style": LOOK,
    }
    _name_anew(picture)
    return ElementTree.tostring(picture, encoding="unicode")


def embed_svg(svg: str, words: str) -> str:
    """An `<svg>` element as an `<img>`: its style sheet reaches nothing else in the page.

    Args:
        words: its text alternative.
    """
    size = {name: ElementTree.fromstring(svg).attrib[name] for name in ("width", "height")}
    image = ElementTree.Element(
        "img",
        {
            **size,
            "alt": words,
            "style": "max-width:100%;height:auto",
            "src": f"data:image/svg+xml,{quote(svg, safe=READABLE)}",
        },
    )
    return ElementTree.tostring(image, encoding="unicode")


def _rasterise_crowd(axes: Axes) -> None:
    if len(axes.patches) > CROWD:
        for patch in axes.patches:
            patch.set_rasterized(True)


def _shorten(element: ElementTree.Element) -> None:
    """The page's colours, hundredths of a point, and nothing that HTML does not need."""
    element.tag = element.tag.removeprefix(SVG)
    element.text = element.tail = None
    if HREF in element.attrib:
        element.set("href", element.attrib.pop(HREF))
    if style := element.get("style"):
        for colour, name in COLOURS.items():
            style = style.replace(colour, name)
        element.set("style", style.replace(": ", ":").replace("; ", ";"))
    for name in ("d", "x", "y", "width", "height"):
        if value := element.get(name):
            element.set(name, " ".join(FINE.sub(_round, value).split()))


def _round(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _name_anew(picture: ElementTree.Element) -> None:
    """Only what is referred to keeps a name, one that no other picture in the page has."""
    used: dict[str, str] = {}
    for element in picture.iter():
        for value in element.attrib.values():
            for name in REFERENCE.findall(value):
                used.setdefault(name, f"{len(used)}")
    own = sha256(ElementTree.tostring(picture)).hexdigest()[:8]
    for element in picture.iter():
        if (name := element.attrib.pop("id", "")) in used:
            element.set("id", f"{own}-{used[name]}")
        for key, value in element.attrib.items():
            for name in REFERENCE.findall(value):
                element.set(key, value.replace(f"#{name}", f"#{own}-{used[name]}"))
