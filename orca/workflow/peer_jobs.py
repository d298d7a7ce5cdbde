"""The inputs, the settings and the keys of the jobs of peers, by Snakemake's wildcards."""

from dataclasses import dataclass
from typing import Any

from orca.peers.peer import NO_BODY, PEERS
from orca.settings import not_default
from orca.training.peer_key import peer_key
from orca.workflow import layout
from orca.workflow.jobs import Files, Jobs


@dataclass(frozen=True)
class PeerJobs:
    """Inputs, arguments and keys of the jobs that fit peers."""

    jobs: Jobs

    def files(self, wildcards: Any) -> Files:
        """Return what fitting and scoring a peer reads: both parts of the data, and a body's weights."""
        task, body, peer = wildcards.task, wildcards.body, wildcards.method
        configuration = self.jobs.runs.configuration
        search = not_default(configuration.tuning) if PEERS[peer].searched else {}
        groups = {"search": search, "peer": configuration.peers.get(peer, {})}
        place = layout.run_folder("scores", task, body, peer)
        self.jobs.keep(
            place, settings={group: values for group, values in groups.items() if values}
        )
        names = ("fit", "test", "schema")
        files: Files = {name: layout.path(name, task=task) for name in names}
        return files if body == NO_BODY else {**files, "weights": layout.path("card", body=body)}

    def key(self, wildcards: Any) -> str:
        """Return the key of a peer's runs."""
        configuration, peer = self.jobs.runs.configuration, wildcards.method
        search = configuration.tuning
        return peer_key(
            task=self.jobs.runs.task(wildcards.task),
            peer=peer,
            body=wildcards.body,
            settings=configuration.peer_settings(peer),
            search=(search.trials, search.seed),
        )
