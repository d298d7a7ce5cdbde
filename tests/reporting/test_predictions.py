"""What is shown of kept predictions: drawings, worst samples, and who leads by more than noise."""

import numpy as np
import pytest

from orca.data.schema import Schema
from orca.errors import ResultsError
from orca.evaluation import paired
from orca.evaluation.predictions import PREDICTIONS, read_predictions, write_predictions
from orca.evaluation.score import Run
from orca.provenance import write_json
from orca.reporting.lead import leads_in_short, who_leads
from orca.reporting.prediction_drawing import WORST, draw_predictions, worst_samples
from orca.reporting.prediction_pages import Folders, predictions_shown
from orca.reporting.scores import ScoreFolder
from orca.reporting.table_records import FilledTable, Heading, OurResult, RunOfCell, TableCell
from tests.reporting.conftest import card_of_demo

GENERATOR = np.random.default_rng(0)
SAMPLES = 40
LABELS = np.arange(SAMPLES) % 3


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr(paired, "DRAWS", 150)


def numbers(*shape):
    return GENERATOR.normal(size=(SAMPLES, *shape)).astype(np.float32)


KINDS = {
    "Classes": (numbers(3), LABELS),
    "MultiLabel": (numbers(4), (numbers(4) > 0).astype(np.float32)),
    "Scalar": (numbers(), numbers()),
    "Field": (numbers(1, 8, 8), numbers(1, 8, 8)),
}


@pytest.mark.parametrize(
    ("kind", "predicted", "target"),
    [
        *((kind, *arrays) for kind, arrays in KINDS.items()),
        ("Field", numbers(2, 16), numbers(2, 16)),  # on a line
        ("Classes", 9 * np.eye(3, dtype=np.float32)[LABELS], LABELS),  # without a mistake
    ],
)
def test_predictions_of_every_kind_of_target_are_drawn(kind, predicted, target):
    assert "<svg" in draw_predictions(kind, predicted, target, ["ash", "elm", "oak"])


@pytest.mark.parametrize("kind", KINDS)
def test_the_worst_samples_come_first(kind):
    worst = worst_samples(kind, *KINDS[kind], [])
    errors = [error for *_, error in worst]
    assert len(worst) == WORST
    assert errors == sorted(errors, reverse=True)


def test_a_sample_that_is_surely_wrong_is_the_worst_and_named():
    logits = 9 * np.eye(3, dtype=np.float32)[LABELS]
    logits[7] = [0, 0, 20]  # the class of sample 7 is 1
    number, true, said, _ = worst_samples("Classes", logits, LABELS, ["ash", "elm", "oak"])[0]
    assert (number, true, said) == (7, "elm", "oak (100%)")


def test_predictions_come_back_from_their_file(tmp_path):
    write_predictions(tmp_path / "p.npz", *KINDS["Classes"])
    predicted, target = read_predictions(tmp_path / "p.npz")
    np.testing.assert_array_equal(predicted, KINDS["Classes"][0])
    np.testing.assert_array_equal(target, LABELS)


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "p.npz").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(ResultsError, match=r"p\.npz"):
        read_predictions(tmp_path / "p.npz")


PAIR = ("orca", "finetune")
PATH = f"trees/minilm/orca/seed0/{PREDICTIONS}"


def cell(method, mean, scores=None, margin=0.0, task="trees"):
    """A cell of two runs; their predictions are kept in `scores`, right by `margin`."""
    runs = [Run(task=task, body="minilm", method=method, seed=seed) for seed in (0, 1)]
    for run in runs if scores else ():
        logits = margin * np.eye(3, dtype=np.float32)[LABELS] + numbers(3)
        path = scores / run.path / PREDICTIONS
        path.parent.mkdir(parents=True)
        write_predictions(path, logits, LABELS)
    ours = OurResult(
        status="ok", mean=mean, n=2, text="",
        runs=tuple(RunOfCell(path=run.path, seed=run.seed, status="ok", value=mean) for run in runs),
    )  # fmt: skip
    return TableCell(
        metric="zero_one_error_pct", task="trees", method=method, body="minilm", ours=ours
    )


@pytest.fixture
def lead(tmp_path):
    """Say who leads a row of cells."""
    return lambda row: who_leads("Trees", row, ScoreFolder(tmp_path), pair=PAIR).sentence


@pytest.mark.parametrize(("margin", "judged"), [(9.0, ": more than noise"), (0.1, "no more than")])
def test_it_is_said_who_leads_and_whether_by_more_than_noise(tmp_path, lead, margin, judged):
    row = [cell("finetune", 60.0, tmp_path, 0.0), cell("orca", 10.0, tmp_path, margin)]
    told = lead(row)
    assert told.startswith("Trees: ORCA is best, ")
    assert judged in told
    assert "40 test samples and 2 seeds" in told


def test_of_two_equal_methods_none_is_said_to_lead(tmp_path, lead):
    row = [cell("finetune", 10.0, tmp_path, 9.0), cell("orca", 10.0, tmp_path, 9.0)]
    assert lead(row).startswith("Trees: Naive fine-tuning and ORCA are equal, and best (95%")


@pytest.mark.parametrize(
    ("means", "told"),
    [
        ({"scratch": 10, "orca": 20, "finetune": 30}, ["ahead of Naive fine-tuning"]),
        ({"orca": 10, "scratch": 20, "finetune": 30}, ["ahead of Naive fine-tuning"]),
        ({"scratch": 10, "finetune": 20, "orca": 30}, ["Train from scratch", "Naive fine-tuning"]),
        ({"finetune": 10, "scratch": 20, "orca": 30}, ["behind Naive fine-tuning"]),
        ({"finetune": 10, "orca": 20, "scratch": 30}, []),
        ({"scratch": 10, "finetune": 20}, []),
    ],
)
def test_the_papers_method_is_set_beside_the_best_and_beside_plain_fine_tuning(
    tmp_path, lead, means, told
):
    right = {10: 9.0, 20: 2.0, 30: 0.0}
    row = [cell(method, mean, tmp_path, right[mean]) for method, mean in means.items()]
    _, *further = lead(row).split(" anew). ")
    sentences = " ".join(further).split(". ") if further else []
    assert len(sentences) == len(told)
    assert all(end in sentence for sentence, end in zip(sentences, told, strict=True))


def test_a_lead_that_all_samples_together_turn_round_is_not_counted(tmp_path):
    row = [cell("finetune", 20.0, tmp_path, 9.0), cell("orca", 10.0, tmp_path, 0.0)]
    lead = who_leads("Trees", row, ScoreFolder(tmp_path), pair=PAIR)
    assert lead.first.high < 0
    assert "next on 0 of 2 tasks" in leads_in_short([lead, lead], PAIR)


def test_a_tables_rows_are_counted_in_one_sentence(tmp_path):
    rows = [
        [cell("finetune", 30.0, tmp_path / "a", 0.0), cell("orca", 10.0, tmp_path / "a", 9.0)],
        [cell("finetune", 10.0, tmp_path / "b", 9.0), cell("orca", 30.0, tmp_path / "b", 0.0)],
        [cell("scratch", 10.0, tmp_path / "c", 9.0), cell("orca", 10.0, tmp_path / "c", 9.0)],
        [cell("finetune", 10.0), cell("orca", 20.0)],
    ]
    places = (*"abc", "d")
    leads = [
        who_leads("Trees", row, ScoreFolder(tmp_path / place), pair=PAIR)
        for row, place in zip(rows, places, strict=True)
    ]
    assert leads_in_short(leads, PAIR) == (
        "By more than noise, the best method is ahead of the next on 2 of 4 tasks, and ORCA is "
        "ahead of Naive fine-tuning on 1 and behind it on 1."
    )
    assert leads_in_short(leads[:1], PAIR) == ""


def test_a_mean_over_folds_that_all_samples_together_do_not_bear_out_is_no_lead_beyond_noise(
    tmp_path, lead
):
    told = lead([cell("finetune", 20.0, tmp_path, 9.0), cell("orca", 10.0, tmp_path, 9.0)])
    assert "over all test samples together not ahead of Naive fine-tuning (95%" in told


def cell_of_folds(method, mean, scores, margin, folds):
    each = [cell(method, mean, scores, margin, task=f"trees{fold}") for fold in folds]
    runs = tuple(one.ours.runs[0] for one in each)
    ours = each[0].ours.model_copy(update={"runs": runs})
    return each[0].model_copy(update={"ours": ours})


def test_methods_are_compared_over_the_test_samples_of_all_folds(tmp_path, lead):
    row = [cell_of_folds("finetune", 20.0, tmp_path, 0.0, ("", "_fold2"))]
    row.append(cell_of_folds("orca", 10.0, tmp_path, 9.0, ("", "_fold2")))
    told = lead(row)
    assert "80 test samples and 1 seed " in told


def test_a_method_that_lacks_a_fold_is_behind_and_by_how_much_is_not_said(tmp_path, lead):
    row = [
        cell_of_folds("finetune", 10.0, tmp_path, 9.0, ("", "_fold2")),
        cell_of_folds("scratch", 20.0, tmp_path, 0.0, ("", "_fold2")),
        cell_of_folds("orca", 30.0, tmp_path, 0.0, ("",)),
    ]
    told = lead(row)
    assert "ORCA beside Naive fine-tuning: the difference cannot be said: they are not" in told


@pytest.mark.parametrize("rows", [(), tuple(range(100, 100 + len(LABELS)))])
def test_the_worst_samples_are_named_by_their_rows_in_a_file_of_ones_own(tmp_path, rows):
    best = cell("orca", 10.0, tmp_path / "scores", 9.0)
    best = best.model_copy(update={"ours": best.ours.model_copy(update={"best": True})})
    heading = Heading(name="trees", title="Trees")
    table = FilledTable(name="own", title="", columns=(heading,), rows=(heading,), cells=((best,),))
    folders = Folders(figures=tmp_path, prepared=tmp_path, scores=tmp_path / "scores")
    target = {"kind": "Classes", "names": ["ash", "elm", "oak"]}
    card = card_of_demo("trees", "Trees", 4) | {"target": target}
    write_json(tmp_path / "trees/card.json", card)
    Schema(rows={"test": rows} if rows else {}).write(tmp_path / "trees/schema.json")
    (drawing,), worst = predictions_shown([table], folders)
    found = worst_samples("Classes", *read_predictions(tmp_path / "scores" / PATH), target["names"])
    assert [row[1][1] for row in worst.rows] == [n + 100 * bool(rows) for n, *_ in found]
    assert "<svg" in drawing.svg


def test_without_predictions_only_the_lead_is_said(lead):
    told = lead([cell("finetune", 20.0), cell("orca", 10.0)])
    assert "ORCA is best" in told
    assert "without kept predictions" in told


def test_one_method_alone_leads_nobody(lead):
    assert "fewer than two" in lead([cell("orca", 10.0)])
