from dataclasses import replace

import numpy as np
import pytest
import torch

from orca.alignment.distance import DISTANCES
from orca.alignment.distances.otdd import OtddSettings
from orca.alignment.features import SourceFeatures
from orca.alignment.otdd import otdd
from orca.data.store import Prepared
from orca.data.target import Field
from orca.errors import SettingsError
from orca.training.align import target_labels
from orca.training.align_loop import embedder_rate
from orca.training.tensor_file import read_tensors, write_tensors
from tests.edited import edited
from tests.training.toys import FIELDS, history, make_align, make_finetune, record, run, weights


def values(folder):
    return history(folder, "value")


@pytest.mark.parametrize("distance", list(DISTANCES))
def test_aligning_by_any_distance_lowers_it(distance, tmp_path):
    step = make_align(tmp_path, distance=distance, epochs=15, rate_factor=30.0)
    found = values(*run(step, tmp_path))
    assert sum(found[-3:]) < sum(found[:3])


def test_a_step_per_class_takes_more_steps_than_one_per_epoch(tmp_path):
    one, several = (
        values(*run(make_align(tmp_path, step_per=step_per), tmp_path / step_per))
        for step_per in ("epoch", "class")
    )
    assert several[-1] < one[-1]


def test_a_field_is_aligned_by_clusters_of_its_outputs(tmp_path):
    (folder,) = run(make_align(tmp_path, FIELDS), tmp_path)
    assert record(folder)["target_classes"] == 5  # as many as the source has
    assert record(folder)["held_out_distance"] > 0


def test_as_released_no_sample_is_held_out(tmp_path):
    kept, all_in = (
        run(make_align(tmp_path, held_out=held_out), tmp_path / str(held_out))[0]
        for held_out in (True, False)
    )
    assert "held_out_distance" not in record(all_in)
    assert record(all_in)["aligned_distance"] > 0
    assert values(all_in) != values(kept)  # of more samples


def test_as_released_a_class_of_one_target_sample_moves_nothing(tmp_path):
    found = {}
    for single in (True, False):
        step = make_align(
            tmp_path / str(single), single_samples=single, held_out=False, dropout=0.0
        )
        with edited(step.setup.prepared) as file:
            labels = file["targets"][()]
            last = np.flatnonzero(labels == labels.max())
            file["targets"][last[1:]] = 0  # which leaves its class a single sample
        (folder,) = run(step, tmp_path / str(single))
        found[single] = values(folder)
    # The value is a sum over classes: without a class it is less by this class's part.
    assert found[False][0] < found[True][0]


def test_the_mask_of_a_field_tells_no_clusters_apart(tmp_path):
    masked = replace(FIELDS, target=Field(grid=(12,), masked=True))
    path = make_align(tmp_path, masked).setup.prepared
    values = np.arange(60) % 2
    with edited(path) as file:
        del file["targets"]
        file["targets"] = np.zeros((60, 2, 12), np.float32)
        file["targets"][:, 0] = values[:, None]
        file["targets"][:, 1] = 10.0 * (np.arange(60) % 3)[:, None]
    source = SourceFeatures.of(torch.randn(4, 16), torch.arange(4) % 2)
    with Prepared(path, masked) as prepared:
        labels = target_labels(prepared, source, wanted="source_classes", seed=0)
    assert labels.tolist() in (values.tolist(), (1 - values).tolist())


@pytest.mark.parametrize("changed", ["settings", "features"])
def test_source_terms_of_other_settings_or_features_are_refused(changed, tmp_path):
    step = make_align(tmp_path)
    if changed == "features":
        tensors, _ = read_tensors(step.source)
        others = tensors | {"features": tensors["features"] + 1}
        write_tensors(step.source, others, {"body": "minilm"})
    else:
        step = replace(step, distance_settings=OtddSettings(reg=0.2))
    with pytest.raises(SettingsError, match=f"computed from other {changed}"):
        run(step, tmp_path)


def test_the_exact_distance_is_kept_beside_the_estimate_and_changes_nothing(tmp_path):
    steps = {every: make_align(tmp_path, record_exact_every=every) for every in (None, 2)}
    runs = {every: run(step, tmp_path / str(every))[0] for every, step in steps.items()}
    first, *others = history(runs[2], "exact")
    assert [bool(value) for value in others] == [False, True, False]
    setup = steps[2].setup
    with Prepared(setup.prepared, setup.task) as prepared, torch.no_grad():
        inputs, classes = prepared.read(prepared.rows("train"))
        model = setup.build(start="pretrained", embedder="pretrained", seed=0)
        embedded = model.eval().embed(torch.from_numpy(inputs))
    known = read_tensors(steps[2].source)[0]
    labels = torch.from_numpy(classes).long()
    exact = otdd(known["features"], known["labels"], embedded.mean(dim=1), labels)
    assert first == pytest.approx(exact.item(), rel=1e-3)
    assert values(runs[2]) == values(runs[None])


@pytest.mark.parametrize(
    ("rate", "found"), [(1e-5, 1e-4), (1e-3, 1e-2), (1e-2, 1e-2), (2e-3, 2e-3)]
)
def test_the_embedder_s_rate_is_ten_times_fine_tuning_s_only_up_to_a_thousandth(rate, found):
    assert embedder_rate(rate, 10.0) == pytest.approx(found)


def test_alignment_without_a_lower_distance_stops_early(tmp_path):
    step = make_align(tmp_path, epochs=50, patience=2, rate_factor=1e-9)
    assert len(values(*run(step, tmp_path))) < 50


def test_finetuning_starts_from_the_aligned_embedder(tmp_path):
    (folder,) = run(make_align(tmp_path), tmp_path / "align")
    # At a rate of next to nothing the embedder stays what it was.
    step = replace(make_finetune(tmp_path, learning_rate=1e-12), aligned=folder.parent)
    (tuned,) = run(step, tmp_path / "finetune")
    assert str(folder / "embedder.safetensors") in record(tuned)["inputs"]
    found = weights(tuned)
    for name, tensor in weights(folder, "embedder").items():
        torch.testing.assert_close(found[f"embedder.{name}"], tensor)


def test_a_shorter_alignment_is_the_beginning_of_a_longer_one(tmp_path):
    none, five, ten = (
        run(make_align(tmp_path, epochs=epochs), tmp_path / str(epochs))[0] for epochs in (0, 5, 10)
    )
    assert (none / "embedder.safetensors").exists()
    assert len(values(ten)) == 10
    assert values(ten)[:5] == values(five)


def test_recording_the_value_changes_no_step(tmp_path):
    one, other = (
        weights(
            *run(make_align(tmp_path, record_value_every=every), tmp_path / str(every)), "embedder"
        )
        for every in (1, 2)
    )
    torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-3)


def test_for_a_single_class_seen_whole_the_class_wise_distance_is_the_exact_one(tmp_path):
    step = make_align(
        tmp_path, FIELDS, record_exact_every=1, clusters=1, samples_per_class=48, dropout=0.0
    )
    (folder,) = run(step, tmp_path)
    assert record(folder)["seconds"]["exact"] > 0  # not aligning
    assert history(folder, "exact") == pytest.approx(values(folder), rel=1e-3)
