"""Align two sets: train an embedder until what it makes of one set lies like the other's features."""

import torch

import orca

generator = torch.Generator().manual_seed(0)
labels = torch.arange(120) % 3
series = (
    torch.randn(120, 2, 64, generator=generator) + labels[:, None, None]
)  # samples, channels, points

source = orca.proxy_features("minilm", samples=500)  # sentences through the body's own embedding
model = orca.build("minilm", input_shape=(2, 64), output=3, device="cpu")

before = orca.distance_to_source(model, series, labels, source=source)
history = orca.align(model, series, labels, source=source, settings=orca.AlignSettings(epochs=10))
after = orca.distance_to_source(model, series, labels, source=source)

for row in history.rows:
    print(f"epoch {row['epoch']:2d}: OTDD {row['value']:.2f}")
print(f"all samples: {before:.2f} before, {after:.2f} after")
assert after < before
