"""Choosing a body by what its alignment recorded, and running a verb with the one chosen."""

import json

import pytest
from click.testing import CliRunner

from orca.cli import orca
from orca.commands import training
from orca.errors import SettingsError
from orca.training.choose_body import choose_body

FACTS = {
    "task": "t", "task_digest": "d", "seed": 0, "distance": "otdd", "distance_settings": {},
}  # fmt: skip


def records(folder, **distances):
    paths = {}
    for body, distance in distances.items():
        paths[body] = folder / body / "run.json"
        paths[body].parent.mkdir()
        paths[body].write_text(json.dumps({**FACTS, "held_out_distance": distance}))
    return paths


def change(path, **facts):
    path.write_text(json.dumps({**json.loads(path.read_text()), **facts}))


def test_the_choice_is_the_body_of_the_smallest_held_out_distance_and_tells_them_all(tmp_path):
    paths = records(tmp_path, minilm=7.0, swin_fractals=3.5)
    choose_body(paths, tmp_path / "choice.json")
    choice = json.loads((tmp_path / "choice.json").read_text())
    assert choice["body"] == "swin_fractals"
    assert choice["distances"] == {"minilm": 7.0, "swin_fractals": 3.5}
    assert set(choice["inputs"]) == {str(path) for path in paths.values()}


@pytest.mark.parametrize(
    "other",
    [{"task": "u"}, {"seed": 1}, {"distance": "mmd"}, {"distance_settings": {"reg": 1.0}}],
)
def test_alignments_that_cannot_be_compared_are_refused(other, tmp_path):
    paths = records(tmp_path, minilm=7.0, swin_fractals=3.5)
    change(paths["swin_fractals"], **other)
    with pytest.raises(SettingsError, match=f"its {next(iter(other))} is"):
        choose_body(paths, tmp_path / "choice.json")


def test_a_task_without_held_out_samples_cannot_choose(tmp_path):
    paths = records(tmp_path, minilm=None, swin_fractals=3.5)
    with pytest.raises(SettingsError, match="no validation samples"):
        choose_body(paths, tmp_path / "choice.json")


def test_the_verb_is_told_what_belongs_to_the_chosen_body(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(
        training.finetune, "main", lambda args, standalone_mode: told.append(args)
    )  # fmt: skip
    (tmp_path / "choice.json").write_text('{"body": "b"}')
    command = ["with-chosen", "finetune", "--choice", str(tmp_path / "choice.json")]
    command += ["--candidate", "a", "--body a", "--candidate", "b", "--settings '{\"x\": 1}' --y"]
    done = CliRunner().invoke(orca, command)
    assert done.exit_code == 0, done.output
    assert told == [["--settings", '{"x": 1}', "--y"]]


def test_a_choice_that_is_no_candidate_is_refused(tmp_path):
    (tmp_path / "choice.json").write_text('{"body": "c"}')
    command = ["with-chosen", "finetune", "--choice", str(tmp_path / "choice.json")]
    done = CliRunner().invoke(orca, [*command, "--candidate", "a", "--body a"])
    assert isinstance(done.exception, SettingsError)
    assert "the body 'c' is chosen" in str(done.exception)
