import io

import numpy as np
import PIL.Image
import pytest

from orca.data.fetch import fetch
from orca.data.task import TASKS, Samples
from orca.data.tasks.drug_response import rebuilt
from orca.errors import DataError
from tests.data import fixtures_tables as fixtures
from tests.data.made_tasks import samples_of

SAMPLES = Samples(train=80, validation=40, test=40)


def squeezed(content, side):
    image = PIL.Image.open(io.BytesIO(content)).convert("RGB")
    return np.asarray(image.resize((side, side), PIL.Image.Resampling.BILINEAR), np.float32)


def test_domainnet_pictures_are_squeezed_and_normalised(sources, go):
    made = fixtures.domain(sources, "sketch", 120, 40)
    fit, test = go("domainnet_sketch", samples=SAMPLES)
    lines = (sources / "sketch_test_mini.txt").read_text().splitlines()
    inputs, labels = test.read(np.arange(3))
    for row, line in enumerate(lines[:3]):
        place, label = line.split()
        values = squeezed(made[place], 224) / 255.0
        expected = (values - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
        np.testing.assert_allclose(inputs[row], expected.transpose(2, 0, 1), atol=1e-5)
        assert labels[row] == int(label)
    assert fit.count == 120


def test_domainnet_as_official_cuts_training_pictures_alone(sources, go):
    made = fixtures.domain(sources, "sketch", 120, 40)
    ours, official = (
        go(name, name, samples=SAMPLES)
        for name in ("domainnet_sketch", "domainnet_sketch_official")
    )
    rows = np.arange(6)
    cuts = official[0].input_constants.decode(official[0].read(rows)[0])
    lines = (sources / "sketch_train_mini.txt").read_text().splitlines()
    places = set()
    for cut, line in zip(cuts, lines, strict=False):
        whole = squeezed(made[line.split()[0]], 256)
        places.add(place_of(cut.transpose(1, 2, 0), whole))
    # Each is a part of the picture, mirrored or not, and not always the same part.
    assert len(places) > 3
    assert {mirrored for _, mirrored in places} == {False, True}
    np.testing.assert_array_equal(ours[1].read(rows)[0], official[1].read(rows)[0])


def place_of(cut, whole):
    """Return where in the whole picture a part of it lies, and whether it is mirrored."""
    for mirrored in (False, True):
        part = cut[:, ::-1] if mirrored else cut
        for top, left in np.ndindex(33, 33):
            first_row = whole[top, left : left + 224] - part[0]
            if np.abs(first_row).max() < 0.01:
                rest = whole[top : top + 224, left : left + 224] - part
                assert np.abs(rest).max() < 0.01
                return (top, left), mirrored
    pytest.fail("it is no part of the picture")


def test_a_listed_picture_that_is_absent_is_named(sources, go):
    fixtures.domain(sources, "sketch", 120, 40)
    path = sources / "sketch_test_mini.txt"
    path.write_text(path.read_text().replace("test_000007", "test_999999"))
    with pytest.raises(DataError, match="test_999999"):
        go("domainnet_sketch", samples=SAMPLES)


@pytest.mark.parametrize("shape", [(), (1,)])
def test_released_drug_arrays_are_read_where_somebody_has_them(through, tmp_path, shape):
    sources = tmp_path / "raw/drug_ctrp"
    sources.mkdir(parents=True)
    arrays = {
        part: (
            fixtures.GENERATOR.uniform(size=(count, 37)),
            fixtures.GENERATOR.uniform(size=(count, *shape)),
        )
        for part, count in (("train", 50), ("test", 20))
    }
    for part, (features, labels) in arrays.items():
        np.save(sources / f"ctrp_{part}_feat.npy", features)
        np.save(sources / f"ctrp_{part}_label.npy", labels)
    fit, test = through("drug_ctrp", TASKS["drug_ctrp"])
    inputs, targets = samples_of(test, "test")
    np.testing.assert_allclose(inputs[:, 0], arrays["test"][0], rtol=1e-6)
    np.testing.assert_allclose(targets, arrays["test"][1].ravel(), rtol=1e-6)
    assert len(fit.rows("validation")) == 5


def test_the_never_released_arrays_say_so(tmp_path):
    with pytest.raises(DataError, match="never published") as fault:
        fetch(TASKS["drug_ctrp"], tmp_path / "drug_ctrp")
    assert "ctrp_train_feat.npy" in fault.value.mend


def test_the_substitute_joins_genes_and_descriptors_of_each_pair(sources, tmp_path):
    import pandas as pd

    responses = fixtures.improve(sources, 30, 20, 60, 50)
    splits = rebuilt(sources, study="CTRPv2", features=80)
    used = responses[(responses.source == "CTRPv2") & responses.auc.notna()]
    used = used[used.improve_sample_id != "ACH-unknown"]
    assert splits.fit.count + splits.test.count == len(used)
    assert splits.test.count == round(len(used) / 10)
    inputs, targets = next(splits.test.blocks())
    assert inputs.shape == (splits.test.count, 1, 80)
    # Every value of a gene is the scaled one of the pair's cell line.
    genes = pd.read_csv(sources / "cancer_gene_expression.tsv", sep="\t", header=[0, 1, 2])
    table = genes.iloc[:, 1:].to_numpy()
    scaled = (table - table.min(axis=0)) / (table.max(axis=0) - table.min(axis=0))
    row = used[np.isclose(used.auc, targets[0], atol=1e-6)].iloc[0]
    line = int(row.improve_sample_id.removeprefix("ACH-"))
    first_gene = inputs[0, 0, 0]
    assert np.isclose(scaled[line], first_gene, atol=1e-5).any()
    everything = np.concatenate([inputs for inputs, _ in splits.fit.blocks()])
    assert everything.min() >= 0
    assert everything.max() <= 1


@pytest.mark.parametrize(
    ("study", "features", "said"),
    [("CTRPv2", 3901, "are wanted"), ("CTRP", 5, "no responses of CTRP")],
)
def test_the_substitute_needs_a_known_study_and_enough_features(sources, study, features, said):
    fixtures.improve(sources, 10, 10, 20, 10)
    with pytest.raises(DataError, match=said):
        rebuilt(sources, study=study, features=features)
