"""An executed notebook becomes one page: no script, no network, nothing that was not meant.

What data can fill is cleaned against a list of what a page may hold, and a strict
content policy stands behind that; a heading, a language and a title are never lost.
"""

import ast
import base64
import hashlib
from functools import cache
from importlib.resources import files

import nh3
from bs4 import BeautifulSoup
from jinja2 import Environment, PackageLoader, StrictUndefined
from latex2mathml.converter import convert as mathml
from markupsafe import Markup, escape
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from traitlets import default

from analysis import __version__
from analysis.data.parameters import Ask, question
from analysis.telling import titles
from analysis.telling.text import Words, texts, words
from analysis.words.places import slug
from analysis.words.questions import WrongQuestion

PICTURES = ("image/png", "image/svg+xml")
TAGS = {
    "a", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl", "dt", "em",
    "figcaption", "figure", "h2", "h3", "h4", "hr", "img", "li", "ol", "p", "pre", "section",
    "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
    "math", "mrow", "mi", "mn", "mo", "mtext", "msub", "msup", "msubsup", "mfrac", "msqrt",
    "mroot", "mover", "munder", "munderover", "mspace", "mtable", "mtr", "mtd", "mstyle",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"class"},
    "a": {"href", "download"},
    "div": {"role", "tabindex", "aria-label"},
    "img": {"src", "alt", "width", "height"},
    "math": {"display"},
    "mo": {"stretchy", "fence", "form", "accent", "largeop"},
    "mover": {"accent"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mspace": {"width"},
    "td": {"colspan", "rowspan"},
    "th": {"scope", "colspan", "rowspan"},
}


def allowed(tag: str, attribute: str, value: str) -> str | None:
    """The value of an attribute when a page may hold it: data only as pictures and downloads."""
    if tag == "img" and attribute == "src":
        return value if value.startswith(tuple(f"data:{kind};" for kind in PICTURES)) else None
    if tag == "a" and attribute == "href" and value.startswith("data:"):
        return value if value.startswith("data:text/csv;base64,") else None
    return value


def clean(html: str) -> str:
    """HTML with only the tags, attributes and addresses that a report may hold."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=allowed,
        url_schemes={"https", "mailto", "data"},
        link_rel="noopener noreferrer",
    )


class _Renderer(IPythonRenderer):
    """Markdown with its formulas as MathML, which needs neither script nor font."""

    def inline_math(self, body: str) -> str:
        """A formula in the line."""
        return mathml(body)

    def block_math(self, body: str) -> str:
        """A formula on a line of its own."""
        return mathml(body, display="block")


def markdown_to_html(source: str) -> str:
    """A markdown cell as HTML."""
    renderer = _Renderer(escape=True, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(source)


def output_to_html(output: NotebookNode) -> str:
    """One output of a code cell, by the best of the kinds that a report may hold."""
    if output.output_type == "error":
        raise ValueError(f"a failed notebook is not rendered: {output.ename}: {output.evalue}")
    if output.output_type == "stream":
        return f"<pre>{escape(output.text)}</pre>"
    data = output.data
    if "text/html" in data:
        return data["text/html"]
    for kind in PICTURES:
        if kind in data:
            raise ValueError(
                f"an output is a bare {kind}: give figures by sheets.figure, with their alt text."
            )
    if "text/markdown" in data:
        return markdown_to_html(data["text/markdown"])
    if "text/latex" in data:
        return mathml(data["text/latex"].strip("$ "))
    return f"<pre>{escape(data.get('text/plain', ''))}</pre>"


class ReportExporter(TemplateExporter):
    """nbconvert's exporter of our reports; in JupyterLab's menu as "Lägesbild report".

    The report's language and title follow from the notebook's own parameters.
    """

    export_from_notebook = "Lägesbild report (HTML)"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self):
        return ".html"

    @default("template_name")
    def _template_name_default(self):
        return "template"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self):
        return [str(files("analysis.running"))]

    def default_filters(self):
        """Filters of the template: how markdown and outputs become HTML."""
        yield from super().default_filters()
        yield "markdown_to_html", markdown_to_html
        yield "output_to_html", output_to_html

    def from_notebook_node(self, nb, resources=None, **kw):
        """The page of an executed notebook, and nbconvert's resources."""
        ask = asked(nb)
        say = words(ask.language)
        about = nb.metadata["lagesbild"]
        localised = in_language(nb, ask)
        self.environment.globals.update(
            show_code=about["kind"] == "analyst", code_label=say("page.code")
        )
        body, resources = super().from_notebook_node(localised, resources, **kw)
        return page(body, titles.title(ask), ask, say), resources


def asked(nb: NotebookNode) -> Ask:
    """What the notebook was asked, read from its parameters cells without running them.

    Raises
    ------
    WrongQuestion
        For a notebook that does not say which of ours it is.
    """
    if "lagesbild" not in nb.metadata:
        raise WrongQuestion(
            "this is not one of the workspace's notebooks: its metadata lack 'lagesbild' "
            '({"notebook": "3_trend", "kind": "analyst"}). Start from a copy of one of them, '
            "or export it as HTML."
        )
    found = {}
    for cell in nb.cells:
        if {"parameters", "injected-parameters"} & set(cell.metadata.get("tags", [])):
            for line in ast.parse(cell.source).body:
                target = line.target if isinstance(line, ast.AnnAssign) else line.targets[0]
                found[target.id] = ast.literal_eval(line.value)
    return question(nb.metadata["lagesbild"]["notebook"], **found)


def in_language(nb: NotebookNode, ask: Ask) -> NotebookNode:
    """The notebook without its title cell, its prose in the language asked.

    English prose stands in the notebook itself; other languages have it by cell id.
    """
    prose = texts(ask.language).get("prose", {}).get(ask.notebook, {})
    cells = []
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            if cell.id == "title":
                continue
            cell = NotebookNode({**cell, "source": prose.get(cell.id, cell.source)})
        cells.append(cell)
    return NotebookNode({**nb, "cells": cells})


def page(body: str, title: str, ask: Ask, say: Words) -> str:
    """The whole page around a report's body."""
    tree = tree_with_ids(BeautifulSoup(clean(body), "html.parser"))
    kind = say(f"readers.{ask.notebook}")
    return framed(str(tree), title, kind, say, contents(tree), titles.notices(say, ask.city))


def framed(
    body: str,
    title: str,
    kind: str,
    say: Words,
    contents: list[tuple[str, str]] = (),
    notices: list[str] = (),
    more_style: str = "",
) -> str:
    """A body inside the page that every report and the portal share."""
    style = files("analysis.running").joinpath("template/report.css").read_text("utf-8")
    style += more_style
    digest = hashlib.sha256(style.encode()).digest()
    return (
        _pages()
        .get_template("page.html.j2")
        .render(
            language=say.language,
            title=title,
            kind=kind,
            body=Markup(body),
            contents=contents,
            notices=notices,
            say=say,
            style=Markup(style),
            style_hash=base64.b64encode(digest).decode(),
            version=__version__,
            footer=f"Lägesbild {__version__}",
        )
    )


@cache
def _pages() -> Environment:
    return Environment(
        loader=PackageLoader("analysis.running", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


def tree_with_ids(tree: BeautifulSoup) -> BeautifulSoup:
    """The page's tree with a plain ASCII id on every heading, each its own."""
    seen: dict[str, int] = {}
    for heading in tree.find_all(["h2", "h3"]):
        name = slug(heading.get_text()) or "section"
        seen[name] = seen.get(name, 0) + 1
        heading["id"] = name if seen[name] == 1 else f"{name}-{seen[name]}"
    return tree


def contents(tree: BeautifulSoup) -> list[tuple[str, str]]:
    """Id and text of every section, for the table of contents."""
    return [(heading["id"], heading.get_text()) for heading in tree.find_all("h2")]
