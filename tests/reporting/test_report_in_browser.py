import importlib.util
import os
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("browser", Path(__file__).with_name("browser.py"))
browser = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(browser)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        browser.CHROMIUM is None and not os.environ.get("CI"),
        reason="chromium is not installed: apt-get install chromium",
    ),
]


@pytest.fixture(scope="module")
def report(tabulated, report_of, tmp_path_factory):
    out = tmp_path_factory.mktemp("browser") / "report.html"
    report_of(tabulated, out, seeds=3)
    return out


@pytest.fixture(params=[1400, 400], ids=["wide", "narrow"])
def page(request, report):
    assert browser.CHROMIUM, "chromium is missing although this is CI: apt-get install chromium"
    opened = browser.Browser(width=request.param)
    opened.call(
        "Emulation.setDeviceMetricsOverride",
        width=request.param,
        height=1000,
        deviceScaleFactor=1,
        mobile=False,
    )
    opened.open(report)
    yield opened
    opened.close()


COLUMN = """[...document.querySelectorAll('#table-demo tbody')].map(
    (body) => Number(body.rows[0].cells[%d].dataset.sort))"""
TASKS = "[...document.querySelectorAll('#table-demo tbody th')].map((th) => th.textContent)"


def test_it_opens_without_a_word_on_the_console_and_fetches_nothing_but_the_file(page, report):
    assert page.evaluate("document.querySelector('h1').textContent")
    assert page.faults() == []
    outside = [url for url in page.requests() if url != report.as_uri()]
    assert [url for url in outside if not url.startswith("data:")] == []


def test_a_click_on_a_column_sorts_by_it_and_another_turns_it_round(page):
    titles = page.evaluate(
        "[...document.querySelectorAll('#table-demo thead th')].map((th) => th.textContent)"
    )
    index = next(i for i, title in enumerate(titles) if "ORCA" in title)
    before = page.evaluate(COLUMN % index)
    click = f"document.querySelectorAll('#table-demo thead button')[{index}].click()"
    page.evaluate(click)
    rising = page.evaluate(COLUMN % index)
    page.evaluate(click)
    falling = page.evaluate(COLUMN % index)
    assert rising == sorted(before)
    assert rising != before
    assert falling == rising[::-1]
    assert page.faults() == []


def test_names_sort_as_words(page):
    page.evaluate("document.querySelector('#table-demo thead button').click()")
    names = page.evaluate(TASKS)[:5]
    assert names == sorted(names, key=str.lower)


def test_a_click_on_a_number_shows_its_runs(page):
    page.evaluate("document.querySelector('#table-demo td button').click()")
    assert page.evaluate("document.getElementById('provenance').open")
    text = page.evaluate("document.getElementById('provenance').textContent")
    for said in ("0123456789ab", "cpu", "learning_rate", "seed 0", "results/scores/openml_1510"):
        assert said in text
    page.evaluate("document.querySelector('#provenance header button').click()")
    assert not page.evaluate("document.getElementById('provenance').open")
    assert page.faults() == []


def test_the_page_is_no_wider_than_the_window_and_its_drawings_have_a_size(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = page.evaluate(
        "[...document.querySelectorAll('figure img')].map((shown) => shown.getBoundingClientRect())"
        ".map((box) => [box.width, box.height])"
    )
    assert boxes
    assert all(width > 150 and height > 80 for width, height in boxes)
