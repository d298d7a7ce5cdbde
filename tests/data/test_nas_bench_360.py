import pickle
import zipfile

import numpy as np
import pytest

from orca.data.task import TASKS, Samples
from orca.data.tasks import ecg
from orca.errors import DataError
from tests.data import fixtures_nas_bench_360 as fixtures
from tests.data.fixtures_fsd50k import sounds
from tests.data.made_tasks import samples_of


def test_cifar100_is_normalised_by_the_stated_constants(sources, go):
    made = fixtures.cifar(
        sources / "cifar-100-python.tar.gz", {"test": 100, "train": 400},
        label_key="fine_labels", classes=100,
    )  # fmt: skip
    fit, test = go("cifar100", samples=Samples(train=300, validation=100, test=100))
    inputs, labels = samples_of(test, "test")
    images = made["test"][b"data"].reshape(-1, 3, 32, 32) / 255.0
    mean = np.array([0.5071, 0.4867, 0.4408]).reshape(3, 1, 1)
    std = np.array([0.2675, 0.2565, 0.2761]).reshape(3, 1, 1)
    np.testing.assert_allclose(inputs, (images - mean) / std, atol=1e-5)
    assert labels.tolist() == made["test"][b"fine_labels"]
    assert (np.bincount(fit.targets(fit.rows("validation"))) == 1).all()


def test_spherical_images_lie_between_0_and_1(sources, go):
    made = fixtures.spherical(sources / "s2_cifar100.gz", 300, 100)
    fit, test = go("spherical", samples=Samples(train=200, validation=100, test=100))
    inputs, labels = samples_of(test, "test")
    np.testing.assert_allclose(inputs, made["test"]["images"] / 255.0, atol=1e-6)
    np.testing.assert_array_equal(labels, made["test"]["labels"])
    assert fit.count == 300


def test_ninapro_has_electrodes_as_rows_and_its_own_validation(sources, go):
    made = fixtures.ninapro(sources, {"train": 72, "val": 36, "test": 18})
    fit, _ = go("ninapro_official", samples=Samples(train=72, validation=36, test=18))
    inputs, labels = samples_of(fit, "validation")
    assert inputs.shape == (36, 1, 16, 52)
    np.testing.assert_allclose(inputs[5, 0, 3, 7], made["ninapro_val"][5, 7, 3], rtol=1e-6)
    np.testing.assert_array_equal(labels, made["label_val"])


@pytest.fixture
def psicov(sources, go):
    """Take proteins through; return both readers, and of the first to test with all there is."""

    def take(name):
        lengths = {"deepcov": [20, 31, 25, 40, 33], "psicov": [28, 45]}
        made = fixtures.proteins(sources / "protein.zip", lengths)
        fit, test = go(name, samples=Samples(train=4, validation=1, test=2), grid=(40, 40))
        (maps,), (targets,) = test.read(np.array([0]))
        return fit, test, *made["ps0"], maps, *targets

    return take


def test_psicov_has_the_published_channels_and_a_mask_outside_of_the_protein(psicov):
    fit, test, features, distances, maps, seen, outside = psicov("psicov")
    assert (outside[:28, :28] == 0).all()
    assert outside.sum() == 40 * 40 - 28 * 28
    np.testing.assert_array_equal(maps[:, 28:], 0)
    i, j = 3, 17
    assert maps[0, i, j] == features["ss"][0, i]
    assert maps[1, i, j] == features["ss"][0, j]
    assert maps[6, i, j] == features["pssm"][i, 0]
    assert maps[49, i, j] == features["pssm"][j, 21]
    assert maps[50, i, j] == features["sa"][i]
    assert maps[53, i, j] == features["entropy"][j]
    for channel, key in ((54, "ccmpred"), (55, "freecon"), (56, "potential")):
        np.testing.assert_array_equal(maps[channel, :28, :28], features[key])
    truth = np.maximum(distances[2], 1.0)
    assert seen[i, j] == pytest.approx(truth[i, j])
    assert seen[5, 5] == pytest.approx((truth[5, 4] + truth[5, 6]) / 2)
    assert seen[27, 27] == pytest.approx(truth[27, 26])
    assert fit.targets(fit.rows("fit"))[:, 0].max() <= 16
    assert seen.max() > 16
    # A protein longer than the window is cut at it.
    assert test.read(np.array([1]))[1][0, 1].sum() == 0


def test_psicov_as_official_has_distances_to_learn_outside_of_the_protein(psicov):
    fit, _, features, distances, maps, seen, outside = psicov("psicov_official")
    assert not outside.any()
    np.testing.assert_array_equal(maps[54, 5:33, 5:33], features["ccmpred"])
    assert not maps[:, :5].any()
    assert not maps[:, :, 33:].any()
    assert seen[8, 20] == pytest.approx(max(1.0, distances[2][3, 15]))
    assert (seen[:5] == 100).all()
    assert (seen[33:] == 100).all()
    assert (fit.targets(fit.rows("fit"))[0, 0, :, 25:] == 16).all()


def test_a_protein_of_another_length_than_its_distances_is_refused(sources, go):
    fixtures.proteins(sources / "protein.zip", {"deepcov": [20], "psicov": [20]})
    with zipfile.ZipFile(sources / "protein.zip", "a") as archive, pytest.warns(UserWarning):
        archive.writestr("psicov/features/ps0.pkl", pickle.dumps(fixtures.protein(21)[0]))
    with pytest.raises(DataError, match="ps0: its distances and features differ"):
        go("psicov", samples=Samples(train=1, validation=0, test=1))


VISITS = {"f435w/10760/2": 2, "f435w/12058/16": 3, "f435w/10595/2": 2, "f814w/10760/2": 1}


def test_cosmic_takes_sorted_stamps_of_galaxies_in_one_filter(sources, go):
    train = fixtures.stamps(sources, "train", VISITS)
    made = fixtures.stamps(sources, "test", {"f435w/9490/a3": 2})
    fit, test = go("cosmic", samples=Samples(train=4, validation=1, test=2))
    names = [
        "npy_train/f435w/10760/2/1_0_0.npy", "npy_train/f435w/10760/2/2_0_0.npy",
        "npy_train/f435w/12058/16/1_0_0.npy", "npy_train/f435w/12058/16/2_0_0.npy",
        "npy_train/f435w/12058/16/3_0_0.npy",
    ]  # fmt: skip
    targets = fit.targets(fit.rows("fit"))
    for row, name in enumerate(names):
        np.testing.assert_array_equal(targets[row], train[name][1:, 64:192, 64:192])
    inputs, _ = samples_of(test, "test")
    stamps = np.stack([made[f"npy_test/f435w/9490/a3/{n}_0_0.npy"][0] for n in (1, 2)])
    mean, std = fit.input_constants.mean.item(), fit.input_constants.std.item()
    np.testing.assert_allclose(inputs[:, 0], (stamps[:, 64:192, 64:192] - mean) / std, atol=1e-4)


def test_cosmic_as_official_adds_a_share_of_the_exposures_sky(sources, go):
    fixtures.stamps(sources, "train", VISITS)
    made = fixtures.stamps(sources, "test", {"f435w/9490/a3": 2})
    _, test = go("cosmic_official", samples=Samples(train=4, validation=1, test=2))
    inputs, _ = samples_of(test, "test")
    sky = made["npy_test/f435w/9490/a3/sky.npy"]
    for number in (1, 2):
        stamp = made[f"npy_test/f435w/9490/a3/{number}_0_0.npy"][0, 64:192, 64:192]
        added = inputs[number - 1, 0] - stamp
        assert added.std() < 1e-3
        assert -0.9 <= added.mean() / sky[number - 1] <= 3.0


def test_cosmic_stamps_of_two_planes_ignore_nothing(sources, go):
    for part in ("train", "test"):
        fixtures.stamps(sources, part, {"f435w/10760/2": 3}, planes=2)
    fit, _ = go("cosmic", samples=Samples(train=2, validation=1, test=3))
    assert not fit.targets(fit.rows("fit"))[:, 1].any()


LENGTHS = [1000, 2700, 3000, 1300, 9000, 2100] * 20
LETTERS = ["N", "A", "O", "~", "N", "O"] * 20


def test_ecg_windows_are_of_whole_recordings_and_overlap_by_class(sources, go):
    from sklearn.model_selection import train_test_split

    made = fixtures.recordings(sources, LENGTHS, LETTERS)
    fit, test = go("ecg")
    held_out = sorted(train_test_split(np.arange(120), test_size=0.1, random_state=0)[1])
    strides = {"N": 500, "A": 83, "O": 250, "~": 25}
    inputs, labels, recording = [], [], []
    for number in held_out:
        signal = made[number].astype(np.float64)
        signal = (signal - signal.mean()) / signal.std()
        for start in range(0, len(signal) - 1000, strides[LETTERS[number]]):
            inputs.append(signal[start : start + 1000])
            labels.append("NAO~".index(LETTERS[number]))
            recording.append(number)
    seen, seen_labels = samples_of(test, "test")
    np.testing.assert_allclose(seen[:, 0], inputs, atol=1e-5)
    assert seen_labels.tolist() == labels
    assert test.groups(test.rows("test")).tolist() == recording
    train, validation = (set(fit.groups(fit.rows(p))) for p in ("train", "validation"))
    assert not train & validation
    assert not (train | validation) & set(held_out)


@pytest.mark.parametrize(
    ("line", "said"),
    [("A99999,N", "A99999.mat: it is missing"), ("A00001,X", "a line is not"), ("A1", "a line is")],
)
def test_a_list_that_names_no_recording_or_no_class_is_refused(sources, go, line, said):
    fixtures.recordings(sources, LENGTHS, LETTERS)
    with (sources / "REFERENCE-v3.csv").open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(DataError, match=said):
        go("ecg")


def test_a_recording_that_is_no_matlab_file_is_named(sources, go):
    fixtures.recordings(sources, LENGTHS, LETTERS)
    with zipfile.ZipFile(sources / "training2017.zip", "a") as archive, pytest.warns(UserWarning):
        archive.writestr("training2017/A00003.mat", b"no numbers")
    with pytest.raises(DataError, match=r"A00003\.mat: it is no MATLAB file"):
        go("ecg")


def test_a_constant_signal_becomes_zero_and_not_nan():
    assert (ecg.windows(np.full(3000, 7), 500) == 0).all()


def test_satellite_classes_count_from_0(sources, go):
    made = fixtures.satellite(sources, 240, 48)
    fit, test = go("satellite_official", samples=Samples(train=192, validation=48, test=48))
    inputs, labels = samples_of(test, "test")
    np.testing.assert_allclose(inputs[:, 0], made[1]["data"], rtol=1e-6)
    np.testing.assert_array_equal(labels, made[1]["label"] - 1)
    assert (np.bincount(fit.targets(fit.rows("validation"))) == 2).all()


@pytest.mark.parametrize("kind", [np.float64, np.uint8, np.bool_])
def test_deepsea_bases_become_channels(sources, go, kind):
    made = fixtures.deepsea(
        sources / "deepsea_filtered.npz", {"train": 30, "val": 10, "test": 20}, kind
    )
    fit, test = go("deepsea", samples=Samples(train=30, validation=10, test=20))
    inputs, labels = samples_of(fit, "validation")
    np.testing.assert_array_equal(inputs, made["x_val"].transpose(0, 2, 1))
    np.testing.assert_array_equal(labels, made["y_val"])
    np.testing.assert_array_equal(samples_of(test, "test")[0].sum(axis=1), 1)


WRITERS = {
    "cifar100": lambda path: fixtures.cifar(
        path, {"train": 200, "test": 100}, label_key="fine_labels", classes=100
    ),
    "spherical": lambda path: fixtures.spherical(path, 100, 100),
    "psicov": lambda path: fixtures.proteins(path, {"deepcov": [20], "psicov": [20]}),
    "ecg": lambda path: fixtures.recordings(path.parent, LENGTHS, LETTERS),
    "deepsea": lambda path: fixtures.deepsea(path, {"train": 30, "val": 10, "test": 20}),
    "fsd50k": lambda path: sounds(
        path, {part: {n: (1, "Sound_1")} for n, part in enumerate(("tr", "val", "eval"))}
    ),
    "darcy_flow": lambda path: fixtures.darcy(path.parent, 14, 46),
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("kept", [0.0, 0.5])
def test_a_file_cut_short_is_named(sources, go, name, kept):
    path = sources / TASKS[name].files[0].name
    WRITERS[name](path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(DataError, match=path.name):
        go(name)
