"""Our encoders give what Hugging Face's give for the same file of weights, in float64."""

import pytest
import torch
from transformers import (
    BertConfig,
    BertModel,
    ModernBertConfig,
    ModernBertModel,
    RobertaConfig,
    RobertaModel,
    SwinConfig,
    SwinForMaskedImageModeling,
    SwinModel,
)

from orca.models.bodies import bert_base, modernbert_base, roberta_base, swin_base, swin_tiny
from orca.models.body import BODIES
from orca.models.embedder import build_embedder
from orca.models.encoders.bert import load_bert
from orca.models.encoders.swin import load_swin
from orca.settings import ModelSettings

SETTINGS = ModelSettings()


def randomised(model, seed=0):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3, generator=generator)
    return model.eval()


def bert_config(shape, config):
    return config(
        hidden_size=shape.width, num_hidden_layers=shape.layers, num_attention_heads=shape.heads,
        intermediate_size=shape.inner, vocab_size=shape.vocabulary, layer_norm_eps=shape.eps,
        max_position_embeddings=shape.positions, type_vocab_size=shape.types,
        pad_token_id=shape.padding,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "config", "kind"),
    [(bert_base.TOY, BertConfig, BertModel), (roberta_base.TOY, RobertaConfig, RobertaModel)],
)
def test_bert_and_roberta_with_their_embedding(shape, config, kind, tmp_path):
    theirs = randomised(kind(bert_config(shape, config), add_pooling_layer=False))
    theirs.save_pretrained(tmp_path)
    ours = load_bert(shape, tmp_path, settings=SETTINGS, generator=torch.Generator())
    numbers = torch.randint(4, shape.vocabulary, (3, 20), generator=torch.Generator())
    tokens = ours.words()(numbers).double()
    torch.testing.assert_close(tokens, theirs.embeddings(numbers).double(), atol=1e-6, rtol=1e-6)
    expected = theirs.double()(inputs_embeds=None, input_ids=numbers).last_hidden_state
    hidden = ours.encoder.double().eval()(theirs.embeddings(numbers))
    torch.testing.assert_close(hidden, expected, atol=1e-10, rtol=1e-10)


def test_positions_are_those_of_the_body_from_the_first_token_on(tmp_path):
    shape = roberta_base.TOY
    theirs = randomised(RobertaModel(bert_config(shape, RobertaConfig), add_pooling_layer=False))
    theirs.save_pretrained(tmp_path)
    ours = load_bert(shape, tmp_path, settings=SETTINGS, generator=torch.Generator())
    table = theirs.embeddings.position_embeddings.weight
    assert torch.equal(ours.positions, table[2:])
    assert torch.equal(ours.norm_weight, theirs.embeddings.LayerNorm.weight)


def swin_config(shape):
    return SwinConfig(
        image_size=shape.side, patch_size=shape.patch, embed_dim=shape.width,
        depths=list(shape.depths), num_heads=list(shape.heads), window_size=shape.window,
        mlp_ratio=shape.inner, encoder_stride=shape.patch * shape.reduction,
    )  # fmt: skip


@pytest.mark.parametrize("shape", [swin_base.TOY, swin_tiny.TOY])
def test_swin_with_its_patch_embedding_copied(shape, tmp_path):
    theirs = randomised(SwinModel(swin_config(shape), add_pooling_layer=False))
    theirs.save_pretrained(tmp_path)
    ours = load_swin(shape, tmp_path, settings=SETTINGS, generator=torch.Generator())
    embedder = build_embedder(
        (3, shape.side, shape.side), body=ours, settings=SETTINGS, start="copied",
        generator=torch.Generator(),
    )  # fmt: skip
    images = torch.randn(2, 3, shape.side, shape.side, dtype=torch.float64)
    expected = theirs.double()(images).last_hidden_state
    hidden = ours.encoder.double().eval()(embedder.double()(images))
    torch.testing.assert_close(hidden, expected, atol=1e-10, rtol=1e-10)


def test_the_pooling_head_of_grids_is_the_decoder_of_masked_images(tmp_path, toy_body):
    from orca.models.predictor import Dense, ImageDecoderHead

    shape = swin_base.TOY
    theirs = randomised(SwinForMaskedImageModeling(swin_config(shape))).double()
    images = torch.randn(2, 3, shape.side, shape.side, dtype=torch.float64)
    hidden = theirs.swin(images).last_hidden_state
    body = toy_body("swin_base")
    patches = build_embedder(
        (3, 12, 9), body=body, settings=SETTINGS, start="random", generator=torch.Generator()
    ).patches
    head = ImageDecoderHead(
        shape.hidden_width, Dense(1, (12, 9)), patches=patches, reduction=shape.reduction
    ).double()
    with torch.no_grad():
        head.linear.weight.copy_(theirs.decoder[0].weight[:, :, 0, 0])
        head.linear.bias.copy_(theirs.decoder[0].bias)
    image = theirs(images).reconstruction
    expected = torch.nn.functional.adaptive_avg_pool2d(image.mean(dim=1, keepdim=True), (12, 9))
    torch.testing.assert_close(head(hidden, (12, 9)), expected)


def test_modernbert_with_its_embedding(tmp_path):
    config = ModernBertConfig(**modernbert_base.TOY)
    theirs = randomised(ModernBertModel(config))
    theirs.save_pretrained(tmp_path)
    ours = BODIES.modules["modernbert_base"].load(
        tmp_path, settings=SETTINGS, generator=torch.Generator(), toy=True
    )
    numbers = torch.randint(4, 64, (2, 20), generator=torch.Generator())
    hidden = ours.encoder.eval()(ours.words()(numbers))
    torch.testing.assert_close(hidden, theirs(input_ids=numbers).last_hidden_state)
