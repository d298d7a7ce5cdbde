"""The source side: samples through the body's own embedding."""

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers

from orca.errors import DataError, WeightsError
from orca.models import source_embedding
from orca.models.body import BODIES
from orca.models.source_embedding import TEXT_TOKENS, embed, embed_numbers, to_numbers, token_mean
from tests.models.library_models import loaded

CPU = torch.device("cpu")
WORDS = ["[PAD]", "[UNK]", "a", "dog", "sat", "in", "paris"]


@pytest.fixture
def tokenizer_folder(tmp_path):
    tokenizer = Tokenizer(
        models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(["[PAD]"])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def test_sentences_become_numbers_of_one_length_padded_at_their_end(tokenizer_folder):
    numbers = to_numbers("minilm", tokenizer_folder, ["a dog sat", "a cat", "dog " * 50])
    assert numbers.shape == (3, TEXT_TOKENS)
    assert numbers[0].tolist() == [2, 3, 4] + [0] * (TEXT_TOKENS - 3)
    assert numbers[1].tolist()[:3] == [2, 1, 0]
    assert (numbers[2] == 3).all()


def test_features_are_means_over_the_tokens_of_the_body_s_embedding(tokenizer_folder):
    words = loaded("minilm").words
    numbers = to_numbers("minilm", tokenizer_folder, ["a dog sat in paris", "dog"])
    features = embed_numbers(words, numbers, device=CPU)
    parts = words.embeddings
    one = parts.word_embeddings(numbers[0]) + parts.position_embeddings.weight[:TEXT_TOKENS]
    tokens = parts.LayerNorm(one + parts.token_type_embeddings.weight[0])
    torch.testing.assert_close(features[0], tokens[:5].mean(dim=0))
    torch.testing.assert_close(features[1], words(numbers[1:, :1])[0, 0])


def test_images_are_averaged_over_the_patches_of_the_copied_embedding(tmp_path, monkeypatch):
    body = loaded("swin_base")
    monkeypatch.setattr(source_embedding, "load_body", lambda *args, **kwargs: body)
    images = np.random.default_rng(0).normal(size=(70, 3, 32, 32)).astype(np.float32)
    features = embed("swin_base", tmp_path, images, device=CPU)
    convolved = torch.nn.functional.conv2d(
        torch.from_numpy(images), body.patch.weight, body.patch.bias, stride=2
    )
    tokens = torch.nn.functional.layer_norm(
        convolved.flatten(2).transpose(1, 2), (8,), body.norm_weight, body.norm_bias
    )
    assert BODIES["swin_base"].toy.width == 8
    torch.testing.assert_close(features, tokens.mean(dim=1))


def test_without_padding_every_token_counts():
    tokens = torch.nn.Embedding(9, 4)
    numbers = torch.tensor([[0, 1, 2]])
    torch.testing.assert_close(token_mean(tokens, numbers), tokens(numbers).mean(dim=1))


def test_samples_of_the_other_kind_are_refused(tokenizer_folder):
    with pytest.raises(DataError, match="images to bodies of grids"):
        to_numbers("swin_base", tokenizer_folder, ["a dog"])
    with pytest.raises(DataError, match="sentences go to bodies of sequences"):
        to_numbers("minilm", tokenizer_folder, np.zeros((1, 3, 4, 4), np.float32))


def test_a_missing_tokenizer_is_named(tmp_path):
    with pytest.raises(WeightsError, match="there is no tokenizer"):
        to_numbers("minilm", tmp_path, ["a dog"])
