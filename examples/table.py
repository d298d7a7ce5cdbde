"""Fine-tune a language model on a table, by scikit-learn's own words, with a peer beside it."""

from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import orca

inputs, classes = load_wine(return_X_y=True, as_frame=True)
parts = train_test_split(inputs, classes, test_size=0.5, stratify=classes, random_state=0)
train, test, train_classes, test_classes = parts

aligned = orca.CrossModalClassifier("minilm", epochs=5, random_state=0)
peer = make_pipeline(StandardScaler(), LogisticRegression())
for name, model in {"MiniLM, aligned and refined": aligned, "logistic regression": peer}.items():
    score = model.fit(train, train_classes).score(test, test_classes)
    print(f"{name}: {score:.3f} of {len(test)} test samples are right")
    assert score > 0.85
print(aligned.align_history_.frame().head(), aligned.history_.frame(), sep="\n\n")
