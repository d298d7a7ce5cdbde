import re
from html.parser import HTMLParser

import pytest

from orca.errors import ResultsError
from orca.experiment import Experiment
from orca.reporting.report import write_report

SETTINGS = {"tables": ["demo"], "bodies": {"sequence": "minilm"}, "note": "<b>&"}


class Page(HTMLParser):
    """Collects ids, inner links and whatever a browser would fetch."""

    def __init__(self):
        super().__init__()
        self.ids, self.links, self.fetched = [], [], []

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if "id" in named:
            self.ids.append(named["id"])
        if tag == "a":
            self.links.append(named["href"])
        if tag in ("img", "script", "iframe", "source", "use", "image", "link"):
            self.fetched += [
                named[name] for name in ("src", "href", "xlink:href") if named.get(name)
            ]


@pytest.fixture(scope="module")
def page(tabulated, report_of, tmp_path_factory):
    out = tmp_path_factory.mktemp("report") / "report.html"
    report_of(tabulated, out, **SETTINGS)
    parsed = Page()
    parsed.text = out.read_text()
    parsed.feed(parsed.text)
    return parsed


def test_every_link_leads_to_one_place_in_the_page_and_nothing_is_fetched(page):
    assert page.links
    for link in page.links:
        assert page.ids.count(link.removeprefix("#")) == 1, link
    assert len(page.ids) == len(set(page.ids))
    for address in page.fetched:
        assert address.startswith(("data:", "#")), address
    assert "@import" not in page.text
    assert not re.search(r"url\((?!#)", page.text)


def test_every_part_is_there(page):
    anchors = {"tables", "figures", "curves", "data", "costs", "settings", "software"}
    assert anchors | {"t-demo", "c-train_loss", "c-validation"} <= set(page.ids)


def test_settings_are_shown_as_text_and_not_as_markup(page):
    assert "&lt;b&gt;&amp;" in page.text


def test_a_report_without_its_table_says_how_to_make_it(tmp_path, report_of):
    with pytest.raises(ResultsError, match="snakemake"):
        report_of(tmp_path, tmp_path / "report.html")


def test_a_report_of_no_table_is_refused(tmp_path):
    nothing = {"figures": tmp_path, "prepared": tmp_path, "histories": [], "settings": {}}
    nothing["experiment"] = Experiment()
    with pytest.raises(ResultsError, match="at least one table"):
        write_report(tmp_path / "report.html", tables=[], **nothing)


@pytest.fixture
def table_alone(tabulated, tmp_path):
    """A results folder with a table and nothing else."""
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables/demo.json").write_text((tabulated / "tables/demo.json").read_text())
    return tmp_path


def test_a_report_of_a_table_alone_leaves_out_what_is_not_there(table_alone, report_of):
    report_of(table_alone, table_alone / "report.html")
    parsed = Page()
    parsed.feed((table_alone / "report.html").read_text())
    assert "t-demo" in parsed.ids
    assert not {"figures", "curves", "data"} & set(parsed.ids)


def test_a_card_that_is_none_is_named(table_alone, report_of):
    card = table_alone / "prepared" / "iris" / "card.json"
    card.parent.mkdir(parents=True)
    card.write_text('{"raw_files": {"data.csv": 1}}')
    with pytest.raises(ResultsError, match="prepare the task again") as fault:
        report_of(table_alone, table_alone / "report.html")
    assert fault.value.where == f"{card}, raw_files"


def test_equal_results_give_equal_bytes(tabulated, tmp_path, report_of):
    for name in ("a.html", "b.html"):
        report_of(tabulated, tmp_path / name, **SETTINGS)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
