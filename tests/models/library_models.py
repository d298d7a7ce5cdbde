"""Models of the library with a few thousand random weights, and our bodies from their files."""

import torch
from transformers import BertConfig, BertModel, RobertaConfig, RobertaModel, SwinConfig

from orca.models.assemble import put_together
from orca.models.body import BODIES
from orca.models.settings import ModelSettings


def randomised(model, seed=0):
    """Return a model as it validates, with larger weights than it starts from."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3, generator=generator)
    return model.eval()


def loaded(name, folder=None, *, seed=0, **settings):
    generator = torch.Generator().manual_seed(seed)
    return BODIES[name].load(
        folder, settings=ModelSettings(**settings), generator=generator, toy=True
    )


def toy_model(name, input_shape, output, *, seed=0, embedder="random", **settings):
    return put_together(
        loaded(name, seed=seed, **settings), input_shape=input_shape, output=output,
        settings=ModelSettings(**settings), embedder=embedder,
        generator=torch.Generator().manual_seed(seed),
    )  # fmt: skip


def bert(config, model, shape, dropout=0.1, **choices):
    return model(
        config(
            hidden_size=shape.width, num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads, intermediate_size=shape.inner,
            vocab_size=shape.vocabulary, layer_norm_eps=shape.eps,
            max_position_embeddings=shape.positions, type_vocab_size=shape.types,
            pad_token_id=shape.padding, hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=dropout,
        ),
        **choices,
    )  # fmt: skip


def toy_bert(shape=BODIES["bert_base"].toy):
    return bert(BertConfig, BertModel, shape)


def toy_roberta():
    return bert(RobertaConfig, RobertaModel, BODIES["roberta_base"].toy)


def swin_config(shape):
    return SwinConfig(
        image_size=shape.side, patch_size=shape.patch, embed_dim=shape.width,
        depths=list(shape.depths), num_heads=list(shape.heads), window_size=shape.window,
        mlp_ratio=shape.inner, encoder_stride=shape.patch * shape.reduction,
    )  # fmt: skip
