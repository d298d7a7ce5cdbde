"""What `import orca` offers: every public name, its page, the examples and the notebook."""

import ast
import os
import re
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import matplotlib as mpl
import nbformat
import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModel

import orca
from orca.errors import DataError, FeatureError, SettingsError, TrainingError
from orca.models.body import BODIES
from orca.models.loaded_body import PatchFilters
from orca.models.settings import ModelSettings
from tests import annotations
from tests.models.library_models import loaded

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/library.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def toy_model(input_shape=(2, 24), output=2):
    return orca.build(loaded("minilm"), input_shape, output, device="cpu")


def samples(count=40):
    labels = torch.arange(count) % 2
    generator = torch.Generator().manual_seed(0)
    return torch.randn(count, 2, 24, generator=generator) + labels[:, None, None], labels


SOURCE = (torch.randn(30, 16, generator=torch.Generator().manual_seed(1)), torch.arange(30) % 3)


def test_a_bert_aligns_learns_and_predicts_with_neither_the_library_nor_a_compiler_loaded():
    code = """
import sys, torch, orca
from orca.models.body import BODIES
from orca.models.settings import ModelSettings
body = BODIES["minilm"].load(None, settings=ModelSettings(), generator=torch.Generator(), toy=True)
model = orca.build(body, (2, 24), 2, device="cpu")
inputs, labels = torch.randn(10, 2, 24), torch.arange(10) % 2
source = orca.SourceFeatures.of(torch.randn(30, 16), torch.arange(30) % 3)
orca.align(model, inputs, labels, source=source, settings=orca.AlignSettings(epochs=1))
settings = orca.FinetuneSettings(
    epochs=1, batch_size=4, warmup_epochs=0, gradient_clipping=1.0, selection="best_on_validation"
)
orca.finetune(
    model, inputs, labels, loss="cross_entropy", validation=(inputs, labels), metric="accuracy",
    settings=settings,
)
orca.predict(model, inputs)
sys.exit(", ".join({"transformers", "torch._dynamo", "sympy"} & set(sys.modules)) or None)
"""
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert not found.returncode, f"loaded, at half a second or more a start: {found.stderr}"


def test_the_page_lists_every_public_name_and_no_other():
    listed = re.findall(r"^\| `orca\.(\w+)", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(orca.__all__)
    for name in orca.__all__:
        assert getattr(orca, name).__doc__


def test_every_public_name_is_used_in_a_block_of_the_page_an_example_or_the_notebook():
    notebook = nbformat.read(ROOT / "examples/alignment.ipynb", as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    texts = [*BLOCKS, *cells, *(path.read_text() for path in EXAMPLES)]
    used = {
        node.attr
        for text in texts
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "orca"
    }
    assert sorted(set(orca.__all__) - used) == []


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_run(example, tmp_path):
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, str(example)], check=True, env=environment, timeout=600)


@pytest.mark.slow
def test_the_blocks_of_the_page_run_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    names = {}
    for block in BLOCKS:
        exec(compile(block, "docs/library.md", "exec"), names)


@pytest.mark.slow
def test_the_notebook_runs_and_draws_the_alignment(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    mpl.use("agg")
    notebook = nbformat.read(ROOT / "examples/alignment.ipynb", as_version=4)
    names = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            ast.parse(cell.source)
            exec(compile(cell.source, "examples/alignment.ipynb", "exec"), names)
    values = [row["value"] for row in names["history"].rows]
    assert values[-1] < values[0]
    assert names["figure"].axes


def test_stage_two_moves_the_embedder_alone_and_brings_the_distance_down():
    model, (inputs, labels) = toy_model(), samples()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    distance = orca.distance_to_source(model, inputs, labels, source=SOURCE)
    settings = orca.AlignSettings(epochs=15)
    history = orca.align(model, inputs, labels, source=SOURCE, settings=settings)
    moved = {name for name, value in model.state_dict().items() if not value.equal(before[name])}
    assert moved
    assert all(name.startswith("embedder.") for name in moved)
    assert len(history.frame()) == 15
    assert orca.distance_to_source(model, inputs, labels, source=SOURCE) < distance


def test_arrays_tensors_and_seeds_give_the_same_numbers():
    inputs, labels = samples()
    settings = orca.FinetuneSettings(epochs=2, batch_size=8, warmup_epochs=1)
    found = []
    for given in ((inputs, labels), (inputs.double().numpy(), labels.numpy())):
        model = toy_model()
        before = torch.get_rng_state()
        orca.finetune(model, *given, loss="cross_entropy", settings=settings)
        assert torch.get_rng_state().equal(before)  # a caller's own draws stay as they were
        found.append(orca.predict(model, given[0]))
    np.testing.assert_array_equal(*found)


def test_two_models_of_one_body_share_nothing():
    body, (inputs, labels) = loaded("minilm"), samples()
    first, second = (orca.build(body, (2, 24), 2, device="cpu") for _ in range(2))
    before = orca.predict(first, inputs)
    settings = orca.FinetuneSettings(epochs=1, batch_size=8, warmup_epochs=0)
    orca.finetune(second, inputs, labels, loss="cross_entropy", settings=settings)
    np.testing.assert_array_equal(orca.predict(first, inputs), before)


def small_encoder(kind, **own):
    config = AutoConfig.for_model(
        kind, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, vocab_size=50,
        max_position_embeddings=64, **own,
    )  # fmt: skip
    return AutoModel.from_config(config)


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("bert", {"intermediate_size": 32}),
        ("electra", {"embedding_size": 8}),  # as ELECTRA-small: narrower embeddings than blocks
        ("distilbert", {"hidden_dim": 32}),
    ],
)
def test_an_encoder_of_transformers_becomes_a_body_and_stays_what_it_was(kind, own):
    encoder, ids = small_encoder(kind, **own).eval(), torch.arange(6)[None]
    hidden = encoder(ids).last_hidden_state
    body = orca.body_of(encoder)
    assert encoder(ids).last_hidden_state.equal(hidden)
    assert body.encoder.eval()(body.words(ids)).allclose(hidden, atol=1e-6)
    inputs, labels = samples()
    model = orca.build(body, (2, 24), 2, device="cpu")
    source = orca.source_features(body, torch.arange(30).reshape(10, 3), torch.arange(10) % 2)
    settings = orca.AlignSettings(epochs=1)
    assert len(orca.align(model, inputs, labels, source=source, settings=settings).rows) == 1
    assert orca.predict(model, inputs).shape == (40, 2)


other_precisions = pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16, torch.float64])


@other_precisions
def test_weights_of_an_encoder_in_another_precision_are_taken_in_float32(kind):
    encoder = small_encoder("bert", intermediate_size=32).to(kind)
    ids = torch.arange(6)[None]
    body = orca.body_of(encoder)
    assert {weight.dtype for weight in encoder.parameters()} == {kind}  # it stays what it was
    hidden = encoder.float().eval()(ids).last_hidden_state
    assert body.encoder.eval()(body.words(ids)).equal(hidden)
    assert body.positions.equal(encoder.embeddings.position_embeddings.weight)


@other_precisions
@pytest.mark.parametrize(("name", "size"), [("minilm", (24,)), ("swin_tiny", (24, 24))])
def test_a_model_around_a_body_in_another_precision_is_trained_in_float32(name, size, kind):
    generator = torch.Generator().manual_seed(0)
    body = BODIES[name].load(None, settings=ModelSettings(), generator=generator, toy=True)
    tensors = {
        field.name: value.to(kind)
        for field in fields(body)
        if isinstance(value := getattr(body, field.name), torch.Tensor | torch.nn.Module)
    }
    patch = body.patch and PatchFilters(
        weight=body.patch.weight.to(kind), bias=body.patch.bias.to(kind)
    )
    other = replace(body, **tensors, patch=patch)
    model = orca.build(other, (2, *size), 2, device="cpu")
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    assert {weight.dtype for weight in other.encoder.parameters()} == {kind}
    inputs = torch.randn(4, 2, *size)
    settings = orca.FinetuneSettings(epochs=1, warmup_epochs=0, batch_size=4)
    orca.finetune(model, inputs, torch.arange(4) % 2, loss="cross_entropy", settings=settings)


def test_distances_of_arrays_are_those_of_tensors():
    features, labels = SOURCE
    target = features[:12] + 1

    def distances(source, labels, target):
        def drawn():
            return torch.Generator().manual_seed(0)

        yield orca.otdd(source, labels, target, labels[:12])
        yield orca.otdd(source, labels, target)
        yield orca.mmd(source, target)
        yield orca.euclidean(source, target)
        yield orca.euclidean_paired(source, target, generator=drawn())
        yield orca.sliced_wasserstein(source, target, generator=drawn())

    found = list(distances(features, labels, target))
    assert list(distances(features.numpy(), labels.numpy(), target.numpy())) == found
    arrays = orca.SourceFeatures.of(features.numpy(), labels.numpy())
    assert arrays.features.equal(orca.SourceFeatures.of(features, labels).features)


def test_a_loss_may_be_a_function_and_the_best_epoch_is_kept():
    model, (inputs, labels) = toy_model(output=orca.Scalar()), samples()
    targets = labels.float() * 2 - 1
    history = orca.finetune(
        model, inputs, targets, loss=lambda found, wanted: (found - wanted).abs().mean(),
        validation=(inputs, targets), metric="rmse",
        settings=orca.FinetuneSettings(
            epochs=8, batch_size=8, warmup_epochs=1, selection="best_on_validation"
        ),
        optimizer=orca.OptimizerSettings(learning_rate=1e-2),
    )  # fmt: skip
    scores = [row["validation"] for row in history.rows]
    assert history.best_epoch == int(np.argmin(scores))
    left = np.sqrt(np.mean((orca.predict(model, inputs) - targets.numpy()) ** 2))
    assert left == pytest.approx(min(scores), abs=1e-5)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda m, x, y: orca.finetune(m, x[:, 0], y, loss="mse"), DataError,
         r"of shape \[40, 24\], and the model takes samples of 2 channels x 24"),
        (lambda m, x, y: orca.predict(m, x[:, :1]), DataError, "2 channels x 24"),
        (lambda m, x, y: orca.finetune(m, x, y[:, None], loss="mse"), DataError,
         r"one is of shape \[1\] and type int64, and the model gives \[2\]"),
        (lambda m, x, y: orca.finetune(m, x, y + 1, loss="cross_entropy"), DataError,
         "the class 2 is none of the model's 2"),
        (lambda m, x, y: orca.finetune(m, x, y, loss="cross_entropy", validation=(x, y),
         metric="acuracy"), SettingsError, "there is no metric"),
        (lambda m, x, y: orca.finetune(m, x, y, loss="cross_entropy",
         settings=orca.FinetuneSettings(selection="best_on_validation")), SettingsError,
         "there are none"),
        (lambda m, x, y: orca.finetune(m, x, y, loss="cross_entropy",
         settings=orca.FinetuneSettings(selection="test_as_published")), SettingsError,
         "there are none"),
        (lambda m, x, y: orca.finetune(m, x, y, loss="cross_entropy",
         settings=orca.FinetuneSettings(epochs=3)), SettingsError,
         r"warm-up of 5 epochs is longer.*3\nMend: set `warmup_epochs` below 3"),
        (lambda m, x, y: orca.FinetuneSettings(epochs=0), SettingsError,
         "FinetuneSettings, epochs: Input should be greater than or equal to 1, but it is 0"),
        (lambda m, x, y: orca.FinetuneSettings(epoch=3), SettingsError,
         "FinetuneSettings, epoch: there is no key 'epoch'\nMend: did you mean 'epochs'"),
        (lambda m, x, y: orca.align(m, x, y[:-1], source=SOURCE), FeatureError, "for 40 samples"),
        (lambda m, x, y: orca.align(m, x, y.double(), source=SOURCE), FeatureError, "float64"),
        (lambda m, x, y: orca.build(loaded("minilm"), (2, 24), 2, start="pretraind"),
         SettingsError, "did you mean 'pretrained'"),
        (lambda m, x, y: orca.build(loaded("minilm"), (24,), 2), SettingsError, "no sequence"),
        (lambda m, x, y: orca.build(loaded("minilm"), (2, 24), 0), SettingsError, "size 0"),
        (lambda m, x, y: orca.finetune(m, x, y[:-1], loss="mse"), DataError, "39 of them for 40"),
        (lambda m, x, y: orca.finetune(m, x, loss="mse"), DataError, "the targets: there are none"),
        (lambda m, x, y: orca.finetune(m, x * torch.nan, y, loss="mse"), DataError, "not finite"),
        (lambda m, x, y: orca.predict(m, x.double() * 1e200), DataError,
         r"the inputs, sample 0: \S+e\+\d+ is too large for single precision"),
        (lambda m, x, y: orca.finetune(m, x, -y, loss="cross_entropy"), DataError, "class -1"),
        (lambda m, x, y: orca.finetune(m, x, y, loss="crossentropy"), SettingsError, "there is no"),
        (lambda m, x, y: orca.finetune(m, x, y, loss=lambda a, b: a.sum() * torch.inf),
         TrainingError, "the loss is"),
        (lambda m, x, y: orca.align(m, x, y, source=SOURCE, distance="otd"), SettingsError,
         "there is no distance"),
        (lambda m, x, y: orca.align(m, x, y, source=SOURCE, distance_settings={"reg": -1}),
         SettingsError, "distance_settings, reg: .*-1\nMend: give `reg` another value"),
        (lambda m, x, y: orca.otdd(*SOURCE, SOURCE[0], reg=-1), SettingsError,
         "the distance's settings, reg: .*-1\nMend: give `reg` another value"),
        (lambda m, x, y: orca.align(m, x, y, source=(SOURCE[0][:, :3], SOURCE[1])), FeatureError,
         "width"),
        (lambda m, x, y: orca.load_body("minilmm"), SettingsError, "there is no body"),
        (lambda m, x, y: orca.body_of(torch.nn.Linear(2, 2)), SettingsError, "no `embeddings`"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_one_clear_error_that_names_no_file_of_the_workflow(
    call, error, said
):
    annotations.release("orca.library", "build")
    with pytest.raises(error, match=said) as fault:
        call(toy_model(), *samples())
    assert "config/" not in str(fault.value)


def test_a_loss_that_weighs_by_class_counts_the_samples_that_take_part():
    inputs, labels = samples(40)
    labels[labels.cumsum(0) > 5] = 0  # five of class 1
    rows = np.arange(20)
    weight = 20 / torch.bincount(labels[:20]).float()

    def written_out(output, target):
        return torch.nn.functional.cross_entropy(output, target.long(), weight=weight)

    settings = orca.FinetuneSettings(epochs=2, batch_size=5, warmup_epochs=1)
    named, own = (
        orca.finetune(toy_model(), inputs, labels, loss=loss, settings=settings, rows=rows).rows
        for loss in ("weighted_cross_entropy", written_out)
    )
    assert [row["train_loss"] for row in named] == [row["train_loss"] for row in own]
