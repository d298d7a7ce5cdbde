"""A private Slurm on one machine, for tests: daemons on loopback, pretend GPUs, no systemd.

Needs root and Debian's packages slurmctld, slurmd, slurm-client, slurmdbd, munge, mariadb-server,
which `start` installs where they are missing. Everything is written under one folder, but for one line
in /etc/hosts where the machine's name does not resolve to loopback; `stop` takes it out again.
"""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.cluster.machine import PATHS, find, free_ports, install, slurm_version, wait_until

HOSTS = Path("/etc/hosts")
NODES = ("n1", "n2")  # each with a slurmd of its own
CPUS, MEMORY_MB, GPUS = 2, 10_000, 2  # of each node; GPUs are links to /dev/null


class Slurm:
    """A cluster under a folder, whose path is short, since sockets lie in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_ports(len(NODES) + 3)
        self.daemons: dict[str, subprocess.Popen] = {}
        path = os.pathsep.join((str(folder / "bin"), os.environ["PATH"], *PATHS))
        self.environment = {**os.environ, "PATH": path, "SLURM_CONF": f"{folder}/slurm.conf"}

    def call(self, *command: str, check: bool = True) -> str:
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=90
        )
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self) -> None:
        """Start all daemons, and wait until every node takes jobs."""
        install()
        for name in ("bin", "dev", "log", "munge", "state", "run", *(f"spool/{n}" for n in NODES)):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        (self.folder / "munge").chmod(0o755)
        self._name_the_machine()
        self._configure()
        self._start_munge()
        self._start_accounting()
        self.start_controller()
        for name in NODES:
            self.start_node(name)
        wait_until(self.ready, what="the nodes", seconds=60)

    def ready(self) -> bool:
        states = self.call("sinfo", "-h", "-N", "-p", "gpu", "-o", "%T", check=False).split()
        return len(states) == len(NODES) and set(states) <= {"idle", "mixed", "allocated"}

    def _name_the_machine(self) -> None:
        name = socket.gethostname().partition(".")[0]
        try:
            if socket.gethostbyname(name).startswith("127."):
                return
        except OSError:
            pass
        # written in place: in a container the file is a mount that cannot be replaced
        HOSTS.write_text(f"127.0.0.1 {name} # {self.folder}\n{HOSTS.read_text()}")

    def _configure(self) -> None:
        """Write slurm.conf, gres.conf, slurmdbd.conf from the texts beside this file."""
        name, port = socket.gethostname().partition(".")[0], self.port
        for number in range(GPUS):
            (self.folder / f"dev/gpu{number}").symlink_to("/dev/null")
        nodes = "\n".join(
            f"NodeName={node} NodeHostname={name} NodeAddr=127.0.0.1 Port={port + 3 + number}"
            f" CPUs={CPUS} RealMemory={MEMORY_MB} Gres=gpu:{GPUS} State=UNKNOWN"
            for number, node in enumerate(NODES)
        )
        facts = {
            "folder": self.folder, "host": name, "port": port, "database": port + 1,
            "sql": port + 2,
            "srun": f"{port + 100}-{port + 899}", "nodes": nodes, "names": ",".join(NODES),
            "gpus": f"[0-{GPUS - 1}]", "memory": MEMORY_MB // CPUS,
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

    def launch(self, name: str, *command: str) -> None:
        with (self.folder / f"log/{name}.out").open("ab") as out:
            self.daemons[name] = subprocess.Popen(
                [find(command[0]) or command[0], *command[1:]],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=self.environment, start_new_session=True,
            )  # fmt: skip

    def end(self, name: str, *, kill: bool = False) -> None:
        if daemon := self.daemons.pop(name, None):
            daemon.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            daemon.wait(timeout=20)

    def _start_munge(self) -> None:
        place = self.folder / "munge"
        key = place / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        self.launch(
            "munged", "munged", "--foreground", "--force", f"--socket={place}/munge.socket",
            f"--key-file={key}", f"--pid-file={place}/pid", f"--seed-file={place}/seed",
            f"--log-file={self.folder}/log/munged.log",
        )  # fmt: skip
        wait_until((place / "munge.socket").exists, what="munged", seconds=10)

    def _start_accounting(self) -> None:
        """Start slurmdbd and its database: without it Snakemake hangs once slurmctld is away."""
        data, sock = self.folder / "mariadb", self.folder / "run/sql.sock"
        data.mkdir()
        self.call(
            "mariadb-install-db", "--no-defaults", "--user=root", f"--datadir={data}",
            "--auth-root-authentication-method=socket", "--skip-test-db",
        )  # fmt: skip
        self.launch(
            "mariadbd", "mariadbd", "--no-defaults", "--user=root", f"--datadir={data}",
            f"--socket={sock}", f"--pid-file={self.folder}/run/sql.pid", "--bind-address=127.0.0.1",
            f"--port={self.port + 2}", "--skip-name-resolve", "--innodb-buffer-pool-size=64M",
            "--innodb-lock-wait-timeout=900",
        )  # fmt: skip
        sql = ("mariadb", "--no-defaults", "-S", str(sock), "-e")
        wait_until(lambda: self._works(*sql, "select 1"), what="mariadbd", seconds=60)
        self.call(
            *sql,
            "create database accounting;"
            "create user 'slurm'@'127.0.0.1' identified by 'slurm';"
            "grant all on accounting.* to 'slurm'@'127.0.0.1'",
        )
        self.launch("slurmdbd", "slurmdbd", "-D")
        listing = ("sacctmgr", "-n", "list", "cluster", "format=cluster%30")
        wait_until(lambda: self._works(*listing), what="slurmdbd", seconds=60)
        for added in (("cluster", "toy"), ("account", "lab"), ("user", "root", "account=lab")):
            self.call("sacctmgr", "-i", "add", *added)

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
            if "slurmctld" in self.daemons:
                self.call("scancel", "--user=root", check=False)
                wait_until(
                    lambda: not self.call("squeue", "-h", check=False),
                    what="jobs to end",
                    seconds=30,
                )
        finally:
            nodes = (f"slurmd.{node}" for node in NODES)  # they end while they have a controller
            for name in (*nodes, "slurmctld", "slurmdbd", "mariadbd", "munged"):
                self.end(name)
            own = f"# {self.folder}"
            lines = [line for line in HOSTS.read_text().splitlines() if own not in line]
            HOSTS.write_text("\n".join(lines) + "\n")
