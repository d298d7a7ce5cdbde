"""The one look of all figures: readable in grey, safe for colour-blind eyes, print size."""

import base64
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any
from xml.etree import ElementTree

from orca.errors import ResultsError
from orca.provenance import atomic

# Okabe and Ito's colours, ordered so that neighbours differ in lightness too; with the dashes
# and markers beside them, no curve is told by colour alone.
COLOURS = ("#0072B2", "#E69F00", "#000000", "#D55E00", "#56B4E9", "#009E73", "#CC79A7", "#7F7F7F")
DASHES: tuple[Any, ...] = (
    "-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)), (0, (3, 1, 1, 1, 1, 1)), (0, (8, 2)),
    (0, (2, 2)), (0, (1, 3)),
)  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")
COLUMN, PAGE = 3.35, 6.9  # widths in inches: one column, and both
SMALL = 5.5  # points, of the line under a figure

SETTINGS: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "lines.markersize": 3.5,
    "image.cmap": "cividis",
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "pdf.fonttype": 42,
    "svg.hashsalt": "orca",
}


@contextmanager
def look(
    width: float, height: float, stem: Path | None = None, *, protocol: str = ""
) -> Iterator[Any]:
    """Give a `matplotlib` figure of the common look; nothing global is changed.

    Sizes are in inches, the height without the line under the figure, which says the protocol in
    small letters. With a stem, it is saved as SVG, PDF and PNG.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(SETTINGS):
        lines = wrap(protocol, int(width * 72 / (0.5 * SMALL)))
        below = (len(lines) + 0.5) * 1.2 * SMALL / 72 if lines else 0.0
        figure = Figure(figsize=(width, height + below))
        yield _over(figure, lines, height / below) if lines else figure
        if stem:
            _save(figure, stem)


def _over(figure: Any, lines: list[str], ratio: float) -> Any:
    """Return the part of a figure over some lines, as many times as high as these."""
    upper, lower = figure.subfigures(2, 1, height_ratios=(ratio, 1))
    lower.text(0.01, 1, "\n".join(lines), va="top", fontsize=SMALL, color="#555555")
    return upper


def style(index: int) -> dict[str, Any]:
    """Return colour and dashes of the curve with this number."""
    return {
        "color": COLOURS[index % len(COLOURS)],
        "linestyle": DASHES[index % len(DASHES)],
    }


def _save(figure: Any, stem: Path) -> None:
    """Write a figure in every format, the same bytes for the same figure."""
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None, "ModDate": None}, "png": {}}
    for ending, metadata in undated.items():
        with atomic(stem.with_name(f"{stem.name}.{ending}")) as temporary:
            figure.savefig(temporary, format=ending, metadata=metadata)


def as_svg(figure: Any) -> str:
    """Return a figure as the text of an SVG, the same for the same figure."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


def picture(content: bytes, kind: str) -> str:
    """Return an address that holds a picture; in one, no script runs and nothing is fetched."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


@dataclass(frozen=True)
class Drawing:
    """An SVG in a page, and what is said under it; `anchor` is its place there."""

    anchor: str
    title: str
    caption: str
    svg: str

    @property
    def address(self) -> str:
        """The SVG as the address of a picture."""
        return picture(self.svg.encode(), "svg+xml")

    @property
    def width(self) -> int:
        """The width on a screen in pixels, a quarter more than in print; 0 if it is not said."""
        found = re.search(r'<svg\b[^>]*? width="([\d.]+)pt"', self.svg)
        return round(float(found[1]) * 1.33 * 1.25) if found else 0


def read_svg(path: Path) -> str:
    """Return the text of a drawing's file.

    Raises:
        ResultsError: if it is no drawing.
    """
    svg = path.read_text(encoding="utf-8", errors="replace")
    try:
        kind = ElementTree.fromstring(svg).tag.rpartition("}")[2]
        fault = "" if kind == "svg" else f"it begins with '{kind}'"
    except (ElementTree.ParseError, ValueError) as unread:
        fault = str(unread)
    if fault:
        raise ResultsError(
            where=str(path),
            what=f"it is no drawing: {fault}",
            mend=f"make it again: snakemake --force {path}",
        )
    return svg


def legend_below(figure: Any, axes: Any, *, columns: int) -> None:
    """Put the names of all curves under the figure, each once, at most so many in a line."""
    found: dict[str, Any] = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    if found:
        figure.legend(
            found.values(),
            found.keys(),
            loc="outside lower center",
            ncols=min(len(found), columns),
            handlelength=3,
        )


def say(axis: Any, text: str) -> None:
    """Write in an empty axis why it is empty."""
    axis.text(0.5, 0.5, text, ha="center", va="center", transform=axis.transAxes, color="#555555")
    axis.set_xticks([])
    axis.set_yticks([])
