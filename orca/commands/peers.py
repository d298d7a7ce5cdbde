"""The command that fits and scores a peer."""

from pathlib import Path

import click

from orca.commands.options import DEVICE, SEEDS, TASK, AskedTask, device_of, write_stamp
from orca.peers.peer import NO_BODY
from orca.workflow import layout


@click.command()
@TASK
@click.argument("name", metavar="PEER")
@click.option("--body", default=NO_BODY, help="The body that the peer uses, if it needs one.")
@SEEDS
@DEVICE
def peer(task: AskedTask, name: str, body: str, seeds: tuple[int, ...], device: str) -> None:
    """Fit a peer, such as xgboost, to a task's rows and score it on the test split."""
    from orca.errors import SettingsError
    from orca.evaluation.score import SCORE
    from orca.peers.peer import PEERS
    from orca.settings import checked_groups
    from orca.training.job_settings import JobSettings
    from orca.training.peer import PeerRuns
    from orca.tuning.settings import TuningSettings

    declared = PEERS.look_up(name, where="the peer asked for")
    if not declared.suits(task.task):
        suited = [each for each in PEERS if PEERS[each].suits(task.task)]
        raise SettingsError(
            where=f"the peer '{name}'",
            what=f"it does not suit the task {task.task.title}",
            mend=f"choose a peer that does: {', '.join(suited) or 'there is none'}",
        )
    if declared.on_body != (body != NO_BODY):
        raise SettingsError(
            where="--body",
            what=f"{declared.title} {'needs a' if declared.on_body else 'uses no'} body",
            mend="name one, such as minilm" if declared.on_body else "leave the option out",
        )
    out = layout.run_folder("scores", task.name, body, name)
    path = Path(layout.settings(out))
    given = {"search": {}, **JobSettings.read(path).settings}
    own = given.pop("peer", {})
    search = checked_groups(given, {"search": TuningSettings}, where=str(path))["search"]
    runs = PeerRuns(
        peer=name,
        task_name=task.name,
        task=task.task,
        settings=declared.with_settings(own, where=f"{path}, peer"),
        folder=Path(layout.path("prepared", task=task.name)),
        device=device_of(device),
        trials=search.trials,
        search_seed=search.seed,
        body=body,
        weights=Path(layout.path("bodies", body=body)) if declared.on_body else None,
    )
    scores = {seed: runs.score(seed, Path(layout.run(out, seed), SCORE)) for seed in seeds}
    if path.exists():
        write_stamp(out, seeds, scores)
