"""What a machine must have to be a Slurm cluster of its own, and how it gets it.

python3 -m tests.cluster.machine  # installs what is missing
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

PACKAGES = ("munge", "slurm-client", "slurmctld", "slurmd", "slurmdbd", "mariadb-server")
PROGRAMS = ("munged", "sbatch", "slurmctld", "slurmd", "slurmdbd", "mariadbd")
PATHS = ("/usr/local/sbin", "/usr/sbin", "/sbin")
POLICY = Path("/usr/sbin/policy-rc.d")  # Debian asks it whether a new package may start its service


def why_not() -> str:
    """Return why this machine cannot have a Slurm of its own; empty if it can."""
    if os.geteuid() != 0:
        return "it needs root"
    if any(find(program) is None for program in PROGRAMS) and shutil.which("apt-get") is None:
        return "Slurm is not installed, and there is no apt-get"
    return ""


def find(program: str) -> str | None:
    return shutil.which(program, path=os.pathsep.join((os.environ["PATH"], *PATHS)))


def install() -> None:
    """Install the packages that are missing, without starting their services."""
    if all(find(program) for program in PROGRAMS):
        return
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    try:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ("dpkg", "--configure", "-a"),  # ends what was killed half-way; apt-get refuses to
            ("apt-get", "-q", "update"),
            ("apt-get", "-q", "install", "-y", "--no-install-recommends", *PACKAGES),
        ):
            subprocess.run(command, env=quiet, check=True, capture_output=True)
    finally:
        if ours:
            POLICY.unlink()


def wait_until(true: Callable[[], bool], *, what: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"gave up waiting for {what}")
        time.sleep(0.2)


def free_ports(count: int) -> int:
    """Return the first of so many neighbouring ports that nobody listens on."""
    for first in range(16817, 30000, 50):
        with suppress(OSError), ExitStack() as sockets:
            for port in range(first, first + count):
                sockets.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise OSError("no free ports")


def slurm_version() -> int:
    """Return the year in Slurm's version, such as 22 of 22.05.8."""
    done = subprocess.run([str(find("slurmd")), "-V"], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[1].split(".")[0])


if __name__ == "__main__":
    install()
