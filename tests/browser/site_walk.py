"""A walk through a site, from its front page along every link, with an eye for what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

from .accessibility import find_barriers
from .watched_page import Watch

LEAST_CONTRAST = 4.5  # https://www.w3.org/TR/WCAG22/#contrast-minimum
CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
FIRST_SLIDE = "/"  # as reveal.js writes it
LINKS = "links => links.map(link => link.href)"
NAMES = "elements => elements.map(element => element.id)"
UNSEEN = """images => images.filter(
    image => !(image.complete && image.naturalWidth && image.alt.trim())
).map(image => image.outerHTML.slice(0, 200))"""
OPEN = "all => all.forEach(details => { details.open = true; })"


@dataclass
class SiteWalk:
    """What was found on the way."""

    start: str  # the address of the front page
    is_accessible: bool = False  # whether barriers are looked for, too; it takes a second a page
    besides: tuple[str, ...] = ()  # pages to which no link goes
    names: dict[str, set[str]] = field(default_factory=dict)  # of each page, what # can go to
    links: dict[str, set[str]] = field(default_factory=dict)  # of each page, where its links go
    faults: list[str] = field(default_factory=list)

    def go(self, watch: Watch) -> None:
        """Visit every page that can be reached."""
        waiting = [self.start, *self.besides]
        while waiting:
            address = waiting.pop()
            self._visit(watch, address)
            pages = {target for target in self._find_targets(address) if target.endswith(".html")}
            waiting += sorted(pages - self.names.keys() - set(waiting))
        self.faults += [*self._find_dead_links(), *self._find_missing_files(watch)]

    def _find_targets(self, address: str) -> set[str]:
        """The files of this site to which a page has links."""
        targets = {urldefrag(link).url for link in self.links[address]}
        return {target for target in targets if target.startswith(urljoin(self.start, "."))}

    def _visit(self, watch: Watch, address: str) -> None:
        page = watch.page
        page.goto(address, wait_until="load")
        self.names[address] = set(page.locator("[id]").evaluate_all(NAMES)) | {"", FIRST_SLIDE}
        self.links[address] = set(page.locator("a[href]").evaluate_all(LINKS))
        page.locator("details").evaluate_all(OPEN)
        unseen = page.locator("img").evaluate_all(UNSEEN)
        unread = page.evaluate(CONTRAST, LEAST_CONTRAST)
        barriers = find_barriers(page) if self.is_accessible else []
        pictures = (f"image not seen or not worded: {image}" for image in unseen)
        found = [*watch.complaints, *barriers, *pictures]
        self.faults += [f"{address}: {fault}" for fault in [*found, *unread]]
        watch.complaints.clear()

    def _find_dead_links(self) -> list[str]:
        """Links to a place that no visited page has. A name may be meant as it is, or decoded."""
        dead = []
        for address, links in self.links.items():
            for target, name in map(urldefrag, links):
                if target in self.names and not {name, unquote(name)} & self.names[target]:
                    dead.append(f"{address}: dead link to {target}#{name}")
        return dead

    def _find_missing_files(self, watch: Watch) -> list[str]:
        """Links to a file to download that is not there."""
        linked = set().union(*map(self._find_targets, self.links))
        files = sorted(linked - self.names.keys())
        return [f"no file {file}" for file in files if not watch.page.request.get(file).ok]
