"""The book as one page of HTML, and as the PDF that a browser prints of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

from tests.browser.chromium import QUIET, find_chromium
from tests.tooling.guide.pages import unlink

STYLE = """
@page { size: A4; margin: 18mm 16mm 20mm; }
body { font: 10.5pt/1.45 system-ui, sans-serif; color: #000; max-width: 178mm; margin: auto; }
section { break-before: page; }
section:first-of-type { break-before: auto; }
h1 { font-size: 20pt; } h2 { font-size: 14pt; margin-top: 1.6em; } h3 { font-size: 11.5pt; }
h1, h2, h3 { break-after: avoid; line-height: 1.2; }
table { border-collapse: collapse; width: 100%; margin: .6em 0; break-inside: avoid; }
ul:has(+ table), p:has(+ table), p:has(+ ul) { break-after: avoid; }
th, td { border: .5pt solid #999; padding: 2pt 5pt; text-align: left; vertical-align: top; }
td:last-child:empty, th:empty { min-width: 12mm; }
tr, li, blockquote { break-inside: avoid; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 8.5pt; border: .5pt solid #bbb;
      padding: 4pt 6pt; break-inside: avoid; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .88em;
       overflow-wrap: anywhere; }
pre code { font-size: inherit; }
blockquote { margin: .8em 0; padding: .1em 1em; border-left: 3pt solid #0072B2; }
a { color: inherit; }
.handouts h2 { break-before: page; }
"""
SITE_ONLY = re.compile(r" \[The notebook\]\([^)]*\)")
FOOTER = (
    '<div style="font: 8pt sans-serif; width: 100%; text-align: center">'
    '<span class="pageNumber"></span> / <span class="totalPages"></span></div>'
)


def render_html(pages: Mapping[str, str], title: str) -> str:
    """All pages one after the other, without a link that paper cannot follow."""
    parse = MarkdownIt("commonmark").enable("table")
    parts = [
        f'<section class="{name}" id="{name}">{parse.render(unlink(to_paper(text)))}</section>'
        for name, text in pages.items()
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def to_paper(text: str) -> str:
    """Without the sentence that is nothing but a link."""
    return SITE_ONLY.sub("", text)


def print_pdf(page: Path, target: Path) -> bool:
    """Let a browser print the page; False where there is none."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = find_chromium(playwright)
        if program is None:
            return False
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        tab = browser.new_page()
        tab.goto(page.resolve().as_uri())
        tab.pdf(
            path=target,
            prefer_css_page_size=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
            outline=True,
            tagged=True,
        )
        browser.close()
    return True
