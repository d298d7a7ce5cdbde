import json

import pytest
import torch

from orca.alignment import otdd
from orca.alignment.distance import DISTANCES
from orca.data.store import Prepared
from orca.errors import SettingsError
from orca.methods.method import METHODS, Method
from orca.training.cell import Places, run_seeds
from orca.training.checkpoint import read_tensors, write_tensors
from orca.training.embed_source import source_terms
from orca.training.run_align import Align, SourceFiles
from orca.training.run_finetune import Finetune
from tests.training.toys import FIELDS, SETTINGS, make_cell, make_source


def aligned(cell, folder, method, source):
    step = Align(cell=cell, method=method, source=source)
    run_seeds(step, [0], Places(out=folder / "out", state=folder / "state"))
    return folder / "out/seed0"


def history(run):
    lines = (run / "history.csv").read_text().splitlines()
    return [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]


@pytest.mark.parametrize("distance", list(DISTANCES))
def test_aligning_by_any_distance_lowers_it(distance, tmp_path):
    align = SETTINGS.align.model_copy(update={"epochs": 15, "rate_factor": 30.0})
    cell = make_cell(tmp_path, align=align)
    plain = make_source(tmp_path, cell)
    source = SourceFiles(features=plain.features, terms=tmp_path / "terms.safetensors")
    source_terms(
        distance, source=source.features, settings={}, out=source.terms, device=cell.device
    )
    method = Method(title="x", origin="x", embedder="layer_norm", alignment=distance)
    values = [float(row["value"]) for row in history(aligned(cell, tmp_path, method, source))]
    assert sum(values[-3:]) < sum(values[:3])


def test_a_step_per_class_takes_more_steps_than_one_per_epoch(tmp_path):
    runs = []
    for step_per in ("epoch", "class"):
        align = SETTINGS.align.model_copy(update={"step_per": step_per})
        cell = make_cell(tmp_path, align=align)
        run = aligned(cell, tmp_path / step_per, METHODS["orca"], make_source(tmp_path, cell))
        runs.append(float(history(run)[-1]["value"]))
    assert runs[1] < runs[0]


def test_a_field_is_aligned_by_clusters_of_its_outputs(tmp_path):
    cell = make_cell(tmp_path, FIELDS)
    run = aligned(cell, tmp_path, METHODS["orca"], make_source(tmp_path, cell))
    record = json.loads((run / "run.json").read_text())
    assert record["target_classes"] == 5  # as many as the source has
    assert record["held_out_distance"] > 0


@pytest.mark.parametrize("changed", ["settings", "features"])
def test_source_terms_of_other_settings_or_features_are_refused(changed, tmp_path):
    cell = make_cell(tmp_path)
    source = make_source(tmp_path, cell)
    if changed == "features":
        tensors, _ = read_tensors(source.features)
        write_tensors(source.features, tensors | {"features": tensors["features"] + 1})
    else:
        align = SETTINGS.align.model_copy(update={"distance": {"reg": 0.2}})
        cell = make_cell(tmp_path, align=align)
    with pytest.raises(SettingsError, match=f"computed from other {changed}"):
        source.objective("otdd", cell)


def test_the_exact_distance_is_kept_beside_the_estimate_and_changes_nothing(tmp_path):
    runs = {}
    for every in (None, 2):
        align = SETTINGS.align.model_copy(update={"record_exact_every": every})
        cell = make_cell(tmp_path, align=align)
        source = make_source(tmp_path, cell)
        runs[every] = aligned(cell, tmp_path / str(every), METHODS["orca"], source)
    rows = history(runs[2])
    assert [bool(row["exact"]) for row in rows] == [True, False, True, False]
    with Prepared(cell.prepared, cell.task) as prepared, torch.no_grad():
        inputs, classes = prepared.read(prepared.rows("train"))
        embedded = cell.model(METHODS["orca"], 0).eval().embed(torch.from_numpy(inputs))
    known = read_tensors(source.features)[0]
    labels = torch.from_numpy(classes).long()
    exact = otdd(known["features"], known["labels"], embedded.mean(dim=1), labels)
    assert float(rows[0]["exact"]) == pytest.approx(exact.item(), rel=1e-3)
    assert [row["value"] for row in rows] == [row["value"] for row in history(runs[None])]


def test_alignment_without_a_lower_distance_stops_early(tmp_path):
    align = SETTINGS.align.model_copy(update={"epochs": 50, "patience": 2, "rate_factor": 1e-9})
    cell = make_cell(tmp_path, align=align)
    run = aligned(cell, tmp_path, METHODS["orca"], make_source(tmp_path, cell))
    assert len(history(run)) < 50


def test_finetuning_starts_from_the_aligned_embedder(tmp_path):
    cell = make_cell(tmp_path)
    run = aligned(cell, tmp_path, METHODS["orca"], make_source(tmp_path, cell))
    places = Places(out=tmp_path / "tuned", state=tmp_path / "state2")
    run_seeds(Finetune(cell=cell, method="orca", aligned=run.parent), [0], places)
    record = json.loads((tmp_path / "tuned/seed0/run.json").read_text())
    assert str(run / "embedder.safetensors") in record["inputs"]


def test_a_shorter_alignment_is_the_beginning_of_a_longer_one(tmp_path):
    histories = []
    for name in ("orca_after_0", "orca_after_5", "orca_after_10"):
        cell = make_cell(tmp_path)
        run = aligned(cell, tmp_path / name, METHODS[name], make_source(tmp_path, cell))
        assert (run / "embedder.safetensors").exists()
        histories.append([row["value"] for row in history(run)] if name != "orca_after_0" else [])
    assert histories[2][:5] == histories[1]
    assert len(histories[2]) == 10


def test_recording_the_value_changes_no_step(tmp_path):
    embedders = []
    for every in (1, 2):
        align = SETTINGS.align.model_copy(update={"record_value_every": every})
        cell = make_cell(tmp_path, align=align)
        run = aligned(cell, tmp_path / str(every), METHODS["orca"], make_source(tmp_path, cell))
        embedders.append(read_tensors(run / "embedder.safetensors")[0])
    for name, tensor in embedders[0].items():
        torch.testing.assert_close(tensor, embedders[1][name], atol=1e-4, rtol=1e-3)


def test_for_a_single_class_seen_whole_the_class_wise_distance_is_the_exact_one(tmp_path):
    align = SETTINGS.align.model_copy(
        update={"record_exact_every": 1, "clusters": 1, "samples_per_class": 48}
    )
    cell = make_cell(tmp_path, FIELDS, align=align, dropout=0.0)
    run = aligned(cell, tmp_path, METHODS["orca"], make_source(tmp_path, cell))
    assert json.loads((run / "run.json").read_text())["seconds"]["exact"] > 0  # no aligning time
    for row in history(run):
        assert float(row["exact"]) == pytest.approx(float(row["value"]), rel=1e-3)
