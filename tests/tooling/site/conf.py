"""How Sphinx shows the course. It reads the copy that `tests.tooling.site` makes."""

from typing import Any

from sphinx.application import Sphinx

from tests.tooling.site.doors import list_doors

project = "Amazon SQS as an event source for AWS Lambda"
author = "The course authors"
language = "en"

extensions = ["myst_nb"]
exclude_patterns: list[str] = []

# The committed outputs are the source: nothing is run here.
nb_execution_mode = "off"
nb_custom_formats = {".ipynb": "tests.tooling.site.reader.read_notebook"}
nb_merge_streams = True

# A link to a heading is written as JupyterLab wants it.
myst_heading_anchors = 2
myst_heading_slug_func = "tests.tooling.site.reader.slug_heading"
myst_enable_extensions: list[str] = []  # plain Markdown, as in JupyterLab

html_theme = "furo"
html_title = project
html_copy_source = False
html_use_index = False
html_show_sphinx = False
html_show_copyright = False
html_css_files = ["course.css"]
html_static_path = ["static"]
templates_path = ["templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/doors.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}


def setup(app: Sphinx) -> None:
    """Each page has its doors, and who has only a keyboard can scroll what is too wide."""

    def complete(
        app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object
    ) -> None:
        context |= list_doors(page, context.get("page_source_suffix", ""))
        context["body"] = context.get("body", "").replace("<pre>", '<pre tabindex="0">')

    app.connect("html-page-context", complete)
