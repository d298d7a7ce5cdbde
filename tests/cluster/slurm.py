"""A private Slurm on one machine, for tests: daemons on loopback, pretend GPUs, no systemd.

    python -m tests.cluster.slurm start FOLDER     # prints what to put into the environment
    python -m tests.cluster.slurm stop FOLDER

Needs root and Debian's packages slurmctld, slurmd, slurm-client, slurmdbd, munge, mariadb-server,
which `start` installs where they are missing. Everything is written under FOLDER, but for one line
in /etc/hosts where the machine's name does not resolve to loopback; `stop` takes it out again.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.cluster.machine import PATHS, find, free_ports, install, slurm_version, wait_until

HOSTS = Path("/etc/hosts")


@dataclass(frozen=True)
class Slurm:
    """A cluster under a folder.

    Args:
        folder: of configuration, logs and state; a short path, since sockets lie in it.
        nodes: each with a slurmd of its own.
        cpus: of each node.
        memory_mb: of each node.
        gpus: of each node; they are links to /dev/null.
    """

    folder: Path
    nodes: int = 2
    cpus: int = 2
    memory_mb: int = 10_000
    gpus: int = 2

    @property
    def names(self) -> list[str]:
        return [f"n{number}" for number in range(1, self.nodes + 1)]

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to talk to the cluster."""
        path = os.pathsep.join((str(self.folder / "bin"), os.environ["PATH"], *PATHS))
        return {**os.environ, "PATH": path, "SLURM_CONF": str(self.folder / "slurm.conf")}

    def call(self, *command: str, check: bool = True) -> str:
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=90
        )
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self) -> None:
        """Start all daemons that do not run, and wait until every node takes jobs."""
        install()
        for name in (
            "bin",
            "dev",
            "log",
            "munge",
            "state",
            "run",
            *(f"spool/{n}" for n in self.names),
        ):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        (self.folder / "munge").chmod(0o755)
        if not (self.folder / "slurm.conf").exists():
            self._name_the_machine()
            self._configure(free_ports(self.nodes + 3))
        self._start_munge()
        self._start_accounting()
        self.start_controller()
        for name in self.names:
            self.start_node(name)
        wait_until(self.ready, what="the nodes", seconds=60)

    def ready(self) -> bool:
        states = self.call("sinfo", "-h", "-N", "-p", "gpu", "-o", "%T", check=False).split()
        return len(states) == self.nodes and set(states) <= {"idle", "mixed", "allocated"}

    def _name_the_machine(self) -> None:
        name = socket.gethostname().partition(".")[0]
        try:
            if socket.gethostbyname(name).startswith("127."):
                return
        except OSError:
            pass
        # written in place: in a container the file is a mount that cannot be replaced
        HOSTS.write_text(f"127.0.0.1 {name} # {self.folder}\n{HOSTS.read_text()}")

    def _configure(self, port: int) -> None:
        """Write slurm.conf, gres.conf, slurmdbd.conf from the texts beside this file."""
        name = socket.gethostname().partition(".")[0]
        for number in range(self.gpus):
            link = self.folder / f"dev/gpu{number}"
            link.unlink(missing_ok=True)
            link.symlink_to("/dev/null")
        nodes = "\n".join(
            f"NodeName={node} NodeHostname={name} NodeAddr=127.0.0.1 Port={port + 3 + number}"
            f" CPUs={self.cpus} RealMemory={self.memory_mb} Gres=gpu:{self.gpus} State=UNKNOWN"
            for number, node in enumerate(self.names)
        )
        facts = {
            "folder": self.folder, "host": name, "port": port, "database": port + 1,
            "sql": port + 2,
            "srun": f"{port + 100}-{port + 899}", "nodes": nodes, "names": ",".join(self.names),
            "gpus": f"[0-{self.gpus - 1}]", "memory": self.memory_mb // self.cpus,
            "cgroup": "disabled" if slurm_version() >= 23 else "cgroup/v1",
        }  # fmt: skip
        for template in (Path(__file__).parent / "conf").iterdir():
            text = template.read_text()
            for key, value in facts.items():
                text = text.replace(f"@{key}@", str(value))
            path = self.folder / template.name
            path.write_text(text)
            path.chmod(0o600 if template.name == "slurmdbd.conf" else 0o644)
        real = find("srun")
        wrapper = self.folder / "bin/srun"  # the executor drops SLURM_CONF; this puts it back
        wrapper.write_text(
            f'#!/bin/sh\nexport SLURM_CONF={self.folder}/slurm.conf\nexec {real} "$@"\n'
        )
        wrapper.chmod(0o755)
        (self.folder / "port").write_text(str(port))

    # ---- daemons: each remembered by process number and start time, so that no other is ended

    def launch(self, name: str, *command: str) -> None:
        if self.process(name):
            return
        with (self.folder / f"log/{name}.out").open("ab") as out:
            started = subprocess.Popen(
                [find(command[0]) or command[0], *command[1:]],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=self.environment, start_new_session=True,
            )  # fmt: skip
        born = psutil.Process(started.pid).create_time()
        (self.folder / f"run/{name}.json").write_text(json.dumps([started.pid, born]))

    def process(self, name: str) -> psutil.Process | None:
        record = self.folder / f"run/{name}.json"
        if not record.exists():
            return None
        number, born = json.loads(record.read_text())
        try:
            found = psutil.Process(number)
            lives = found.create_time() == born and found.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return found if lives else None

    def end(self, name: str, *, kill: bool = False) -> None:
        process = self.process(name)
        if process:
            process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            wait_until(lambda: self.process(name) is None, what=f"the end of {name}", seconds=20)

    def _start_munge(self) -> None:
        key = self.folder / "munge/munge.key"
        if not key.exists():
            key.write_bytes(os.urandom(1024))
            key.chmod(0o600)
        place = self.folder / "munge"
        self.launch(
            "munged", "munged", "--foreground", "--force", f"--socket={place}/munge.socket",
            f"--key-file={key}", f"--pid-file={place}/pid", f"--seed-file={place}/seed",
            f"--log-file={self.folder}/log/munged.log",
        )  # fmt: skip
        wait_until((place / "munge.socket").exists, what="munged", seconds=10)

    def _start_accounting(self) -> None:
        """Start slurmdbd and its database: without it Snakemake hangs once slurmctld is away."""
        data, sock = self.folder / "mariadb", self.folder / "run/sql.sock"
        if not (data / "mysql").exists():
            data.mkdir(exist_ok=True)
            self.call(
                "mariadb-install-db", "--no-defaults", "--user=root", f"--datadir={data}",
                "--auth-root-authentication-method=socket", "--skip-test-db",
            )  # fmt: skip
        port = int((self.folder / "port").read_text())
        self.launch(
            "mariadbd", "mariadbd", "--no-defaults", "--user=root", f"--datadir={data}",
            f"--socket={sock}", f"--pid-file={self.folder}/run/sql.pid", "--bind-address=127.0.0.1",
            f"--port={port + 2}", "--skip-name-resolve", "--innodb-buffer-pool-size=64M",
            "--innodb-lock-wait-timeout=900",
        )  # fmt: skip
        sql = ("mariadb", "--no-defaults", "-S", str(sock), "-e")
        wait_until(lambda: self._works(*sql, "select 1"), what="mariadbd", seconds=60)
        self.call(
            *sql,
            "create database if not exists accounting;"
            "create user if not exists 'slurm'@'127.0.0.1' identified by 'slurm';"
            "grant all on accounting.* to 'slurm'@'127.0.0.1'",
        )
        self.launch("slurmdbd", "slurmdbd", "-D")
        listing = ("sacctmgr", "-n", "list", "cluster", "format=cluster%30")
        wait_until(lambda: self._works(*listing), what="slurmdbd", seconds=60)
        if "toy" not in self.call(*listing):
            self.call("sacctmgr", "-i", "add", "cluster", "toy")
            self.call("sacctmgr", "-i", "add", "account", "lab")
            self.call("sacctmgr", "-i", "add", "user", "root", "account=lab")

    def _works(self, *command: str) -> bool:
        done = subprocess.run(command, env=self.environment, capture_output=True, check=False)
        return done.returncode == 0

    def start_controller(self) -> None:
        self.launch("slurmctld", "slurmctld", "-D", "-f", f"{self.folder}/slurm.conf")
        wait_until(
            lambda: "UP" in self.call("scontrol", "ping", check=False), what="slurmctld", seconds=30
        )

    def start_node(self, name: str) -> None:
        self.launch(f"slurmd.{name}", "slurmd", "-D", "-N", name, "-f", f"{self.folder}/slurm.conf")

    def crash_node(self, name: str) -> None:
        """Kill a node's slurmd, its job steps and all that runs in them, as a power cut would.

        The steps' managers go before what runs in them: one that sees its step die would still
        report to the controller, which a node without power does not.
        """
        managers = list(self._on_node(name))
        steps = [step for manager in managers for step in manager.children(recursive=True)]
        self.end(f"slurmd.{name}", kill=True)
        for process in (*managers, *steps):
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue

    def _on_node(self, name: str) -> Iterator[psutil.Process]:
        """Yield the steps' managers on a node, as long as its slurmd can tell."""
        jobs = self.call("squeue", "-h", "-w", name, "-t", "running,completing", "-o", "%A").split()
        for job in sorted(set(jobs)):
            for line in self.call("scontrol", "listpids", job, name, check=False).splitlines():
                number = line.split()[0] if line.split() else ""
                if number.isdigit() and psutil.pid_exists(int(number)):
                    for above in psutil.Process(int(number)).parents():
                        if above.name() == "slurmstepd":
                            yield above

    def stop(self) -> None:
        """Cancel all jobs and end all daemons, also when a job does not end."""
        try:
            if self.process("slurmctld"):
                self.call("scancel", "--user=root", check=False)
                wait_until(
                    lambda: not self.call("squeue", "-h", check=False),
                    what="jobs to end",
                    seconds=30,
                )
        finally:
            nodes = sorted(path.stem for path in (self.folder / "run").glob("slurmd.*.json"))
            for name in (*nodes, "slurmctld", "slurmdbd", "mariadbd", "munged"):
                self.end(name)
            own = f"# {self.folder}"
            lines = [line for line in HOSTS.read_text().splitlines() if own not in line]
            HOSTS.write_text("\n".join(lines) + "\n")


def main(arguments: Sequence[str]) -> None:
    verb, folder = arguments
    cluster = Slurm(Path(folder).resolve())
    if verb == "stop":
        cluster.stop()
        return
    cluster.start()
    sys.stdout.write(
        f"export SLURM_CONF={cluster.folder}/slurm.conf PATH={cluster.folder}/bin:$PATH\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
