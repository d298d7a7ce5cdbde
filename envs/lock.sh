#!/usr/bin/env bash
# Remake the lock: install the newest versions that pyproject.toml allows into an empty
# environment, and write down what came. PyTorch's own companions (CUDA libraries, triton) are
# left out, so that they come or stay away with the build of PyTorch at hand.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
# PyTorch keeps the locked version, which decides between its builds; TORCH_VERSION=... names another.
torch=${TORCH_VERSION:-$(sed -n 's/^torch==//p' envs/requirements.lock 2>/dev/null || true)}
"$folder/bin/pip" install --quiet "torch${torch:+==$torch}"
"$folder/bin/pip" install --quiet '.[demo,dev,cluster,peers]'
{
  echo "# Exact versions, for pip's --constraint. Remade by envs/lock.sh; do not edit."
  "$folder/bin/pip" freeze --exclude orca-cross-modal |
    grep -viE '^(nvidia-|cuda-|triton)' | sed -E 's/^(torch==[^+]*)\+.*/\1/'
} > envs/requirements.lock
