#!/usr/bin/env bash
# Pins requirements/*.txt, with hashes and without the address of any index, from pyproject.toml. Needs uv.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pin() { # the file to write, then further arguments
  local file=$1
  shift
  uv pip compile pyproject.toml requirements/build.in "$@" --universal --python-version 3.11 \
    --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --output-file "$file"
}

# Only files are used of these, so what they need is left out.
uv pip compile requirements/pages.in --no-deps --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-header --no-annotate --quiet --output-file requirements/pages.txt

# The development set first: whatever it needs must also fit the runtime set, which is a part of it.
pin requirements/dev.txt --extra dev
pin requirements/runtime.txt --constraint requirements/dev.txt
