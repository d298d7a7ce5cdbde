import csv
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from orca.data.task import TASKS
from orca.errors import ResultsError
from orca.experiment import PROTOCOLS, Experiment
from orca.methods.method import METHODS
from orca.reporting.declared_figure import FIGURES, plot
from orca.reporting.declared_table import TABLES
from orca.reporting.history_drawing import plot_alignment, plot_estimate_beside_exact
from orca.reporting.look import COLOURS, DASHES
from orca.reporting.prediction_drawing import plot_fields
from orca.reporting.profiles import plot_profile
from orca.reporting.ranks import plot_ranks
from orca.reporting.tabulate import write_table
from orca.workflow.layout import alignment_name


def assert_drawn(stem):
    for ending, start in (("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")):
        content = stem.with_name(f"{stem.name}.{ending}").read_bytes()
        assert content.startswith(start)
        assert len(content) > 2000
    ET.parse(stem.with_name(f"{stem.name}.svg"))


def words(svg):
    """Return the words of a drawing, whose letters are outlines, from the comments on them."""
    return " ".join(re.findall(r"<!-- (.*?) -->", svg.read_text()))


def test_a_profile_is_drawn_in_every_format_sharp_and_twice_the_same(tabulated, tmp_path):
    for name in ("a", "b"):
        plot_profile(tabulated / "tables" / "demo.json", tmp_path / name, PROTOCOLS["sound"])
    assert_drawn(tmp_path / "a")
    for ending in ("svg", "pdf", "png", "csv"):
        first, second = ((tmp_path / f"{name}.{ending}").read_bytes() for name in ("a", "b"))
        assert first == second, ending
    with (tmp_path / "a.csv").open() as file:
        assert {row["whose"] for row in csv.DictReader(file)} == {"ours"}
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width >= 600


def test_alignment_is_drawn_with_a_panel_for_each_task(tabulated, tmp_path):
    histories = sorted((tabulated / "aligned").glob("*/*/*/*/history.csv"))
    plot_alignment(histories, tmp_path / "alignment", PROTOCOLS["sound"])
    assert_drawn(tmp_path / "alignment")
    axes = (tmp_path / "alignment.svg").read_text().count('id="axes_')
    assert axes == 6  # five tasks, and one place left empty


@pytest.fixture
def history(tmp_path):
    name = alignment_name("otdd", "pretrained")
    path = tmp_path / f"iris/minilm/{name}/seed0/history.csv"
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_figure_says_under_it_which_protocol_it_shows(tabulated, tmp_path, protocol):
    table, said = tabulated / "tables" / "demo.json", PROTOCOLS[protocol]
    histories = sorted((tabulated / "aligned").glob("*/*/*/*/history.csv"))
    plot_profile(table, tmp_path / "profile", said)
    plot_ranks(table, tmp_path / "ranks", said)
    plot_alignment(histories, tmp_path / "alignment", said)
    for name in ("profile", "ranks", "alignment"):
        assert_drawn(tmp_path / name)
        assert said in words(tmp_path / f"{name}.svg")


def test_an_empty_place_in_a_history_is_left_out(tmp_path, history):
    history.write_text("epoch,loss,value\n0,1.0,5.0\n1,0.9,\n2,0.8,3.0\n")
    plot_alignment([history], tmp_path / "alignment", PROTOCOLS["sound"])
    assert_drawn(tmp_path / "alignment")
    assert "OTDD to the source" in (tmp_path / "alignment.svg").read_text()


def test_an_alignment_of_no_epoch_is_drawn_too(tmp_path, make, history):
    make.align_history(history, [])
    plot_alignment([history], tmp_path / "alignment", PROTOCOLS["sound"])
    assert_drawn(tmp_path / "alignment")


@pytest.mark.parametrize("content", ["epoch,loss,value\n0,one,5.0\n", "loss,value\n1.0,5.0\n"])
def test_a_history_that_is_none_is_named(tmp_path, content, history):
    history.write_text(content)
    with pytest.raises(ResultsError) as fault:
        plot_alignment([history], tmp_path / "alignment", PROTOCOLS["sound"])
    assert fault.value.where == str(history)


def test_fields_are_drawn_at_both_resolutions(tmp_path):
    numbers = np.random.default_rng(0)
    files = []
    for points in (64, 128):
        target = numbers.normal(size=(4, 1, points))
        files.append(tmp_path / f"{points}.npz")
        np.savez(files[-1], target=target, predicted=target + 0.1)
    plot_fields(*files, tmp_path / "fields", PROTOCOLS["sound"])
    assert_drawn(tmp_path / "fields")


def test_fields_of_two_shapes_are_refused(tmp_path):
    odd = tmp_path / "odd.npz"
    np.savez(odd, target=np.zeros((2, 1, 8)), predicted=np.zeros((2, 1, 9)))
    with pytest.raises(ResultsError, match=r"odd\.npz"):
        plot_fields(odd, odd, tmp_path / "fields", PROTOCOLS["sound"])


def test_the_estimate_needs_the_exact_distance_beside_it(tmp_path, history):
    history.write_text("epoch,loss,value\n0,1.0,5.0\n1,0.5,3.0\n")
    with pytest.raises(ResultsError, match="exact"):
        plot_estimate_beside_exact(history, tmp_path / "figure", PROTOCOLS["sound"])
    history.write_text("epoch,loss,value,exact\n0,1.0,5.0,5.2\n1,0.5,3.0,2.9\n")
    plot_estimate_beside_exact(history, tmp_path / "figure", PROTOCOLS["sound"])
    assert_drawn(tmp_path / "figure")


def test_a_figure_without_its_input_says_how_to_make_it(tmp_path):
    with pytest.raises(ResultsError, match=r"snakemake .*table_2\.json"):
        plot("figure_3", [tmp_path / "table_2.json"], tmp_path, experiment=Experiment())


@pytest.mark.parametrize("name", [n for n, figure in FIGURES.items() if figure.table])
def test_figures_of_tables_are_drawn_from_runs_too(
    name, declared, make, tmp_path, fill, numbers_of_papers
):
    table = TABLES[FIGURES[name].table]
    rows = dict.fromkeys(row.task for row in table.rows)
    declared(**{task: make.task(task, metric="nrmse") for task in rows})
    experiment = make.experiment(bodies={"sequence": "roberta_base"}, seeds=2)
    for place, run in enumerate(table.runs(experiment)):
        of_run = {"paper": "orca_icml2023", "table": table.number or "-", "task": run.task}
        printed = numbers_of_papers.where(**of_run)
        value = 0.01 * (1 + place % 7)
        more = {
            "metrics": {printed[0].metric: value} if printed else {},
            "record": {"alignment": {"held_out_distance": 30.0 - place % 7}},
        }
        score = make.score(run.task, run.method, run.seed, value, body=run.body, **more)
        make.write(tmp_path / "scores", score)
    filled = fill(FIGURES[name].table, tmp_path / "scores", experiment)
    write_table(filled, tmp_path / "tables")
    inputs = [tmp_path / "tables" / f"{FIGURES[name].table}.json"]
    plot(name, inputs, tmp_path / "figures", experiment=experiment)
    assert_drawn(tmp_path / "figures" / name)
    caption = (tmp_path / "figures" / f"{name}.txt").read_text()
    assert PROTOCOLS["sound"] in caption
    assert PROTOCOLS["sound"] in words(tmp_path / "figures" / f"{name}.svg")


def test_under_the_published_protocol_a_figure_shows_the_released_runs():
    published = Experiment(protocol="published")
    for name in FIGURES:
        figure = FIGURES[name].under(published)
        for shown in (*figure.predictions, *figure.alignments):
            assert shown.run.task == TASKS.as_published(shown.run.task)
            assert shown.run.method == METHODS.as_published(shown.run.method)
    assert FIGURES["figure_6"].under(published).alignments[0].run.method == "orca_released"


def luminance(colour):
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_no_two_curves_share_dashes_and_neighbours_differ_in_grey():
    assert len({str(dash) for dash in DASHES}) == len(DASHES) >= len(COLOURS) == len(set(COLOURS))
    for one, other in zip(COLOURS, COLOURS[1:], strict=False):
        assert abs(luminance(one) - luminance(other)) > 0.04
