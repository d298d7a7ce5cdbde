"""What is stored of a trained model gives the same model back, whichever body it has."""

import pytest
import torch

from orca.models.assemble import put_together
from orca.models.body import BODIES
from orca.models.predictor import Pooled
from orca.models.trainable import choose_trainable
from orca.settings import ModelSettings
from orca.training.batches import seeded
from orca.training.tensors import keep_weights, take_weights


def toy(body, seed, trains):
    settings = ModelSettings(sequence_length=16)
    loaded = BODIES.modules[body].load(None, settings=settings, generator=seeded(0), toy=True)
    model = put_together(
        loaded, input_shape=(2, 20, 24), output=Pooled(3), settings=settings, embedder="random",
        generator=seeded(seed),
    )  # fmt: skip
    choose_trainable(model, trains, generator=seeded(seed))
    return model.eval()


@pytest.mark.parametrize("trains", ["all", "layer_norms", "lora"])
@pytest.mark.parametrize("body", sorted(BODIES))
def test_stored_weights_make_the_same_model_of_one_with_another_start(body, trains, tmp_path):
    trained, other = toy(body, 1, trains), toy(body, 2, trains)
    keep_weights(trained, tmp_path / "weights.safetensors")
    take_weights(other, tmp_path / "weights.safetensors")
    inputs = torch.randn(2, 2, 20, 24)
    torch.testing.assert_close(other(inputs), trained(inputs), atol=0, rtol=0)
