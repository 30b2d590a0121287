#!/usr/bin/env bash
# Sets up what gofer needs: system packages, .venv, gofer itself. Where nothing is missing it does nothing, at once.
# Usage: scripts/setup.sh runtime|dev
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

WANTED="${1:-runtime}"
VENV=.venv
GUEST_PATH=/usr/bin:/usr/sbin:/bin:/sbin # sandboxes see the system's programs and no others

say() { printf 'gofer: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
has() { PATH="$GUEST_PATH" command -v "$1" >/dev/null 2>&1; }

fingerprint() {
  { pwd; cat requirements/runtime.txt pyproject.toml scripts/setup.sh; [ "$1" = runtime ] || cat requirements/dev.txt requirements/pages.txt; } | sha256sum
}

# Whether this set of Python packages is installed; the development set contains the runtime set.
installed() {
  [ -x "$VENV/bin/gofer" ] || return 1
  [ "$(cat "$VENV/.setup-$1" 2>/dev/null)" = "$(fingerprint "$1")" ]
}

python_is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  local name
  for name in "${PYTHON:-python3}" python3.11 python3.12 python3.13 python3.14; do
    if command -v "$name" >/dev/null 2>&1 && python_is_new_enough "$name"; then
      command -v "$name"
      return
    fi
  done
  die "Python 3.11 or newer is needed and was not found. Install it (on Debian: apt-get install python3) or set PYTHON=/path/to/python3."
}

missing_packages() {
  has bwrap || echo bubblewrap
  has Xvnc || has Xtigervnc || { has Xvfb && has x11vnc; } || echo tigervnc-standalone-server
  # The tests also try what stands in for TigerVNC.
  [ "$WANTED" != dev ] || has Xvfb || echo xvfb
  [ "$WANTED" != dev ] || has x11vnc || echo x11vnc
  has openbox || echo openbox
  has chromium || echo chromium
  has socat || echo socat
  has git || echo git
  has rg || echo ripgrep
  has python3 || echo python3
  [ -d /usr/share/novnc/core ] || echo novnc
  [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || echo fonts-dejavu-core
  [ -e /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf ] || echo fonts-noto-color-emoji
  [ -e "$VENV/bin/python" ] || "$(find_python)" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo -n "$@"
  fi
}

apt_install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >"$LOG" 2>&1; }

install_packages() {
  command -v apt-get >/dev/null || die "these are missing, under the names that Debian has for them; install them first: $*"
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    die "system packages are missing. Run this, then the same make again: sudo apt-get install -y --no-install-recommends $*"
  fi
  say "installing system packages: $*"
  LOG=$(mktemp)
  trap 'rm -f "$LOG"' EXIT
  apt_install "$@" && return
  as_root apt-get update -q >"$LOG" 2>&1 || { tail -n 5 "$LOG" >&2; die "apt-get update failed."; }
  apt_install "$@" && return
  # Where TigerVNC is not packaged, Xvfb with x11vnc does its work.
  apt_install $(printf '%s\n' "$@" | sed 's/^tigervnc-standalone-server$/xvfb x11vnc/') && return
  tail -n 5 "$LOG" >&2
  die "the packages could not be installed; see the lines above, then run: apt-get install -y --no-install-recommends $*"
}

install_python_packages() {
  local python
  python=$(find_python)
  if ! "$VENV/bin/python" -c '' 2>/dev/null || ! grep -qsF "$PWD/$VENV" "$VENV/bin/activate"; then
    say "making $VENV with $python"
    "$python" -m venv --clear "$VENV"
  fi
  say "installing Python packages ($1; a minute or two the first time)"
  local pip=("$VENV/bin/python" -m pip --quiet --disable-pip-version-check)
  "${pip[@]}" install --require-hashes --only-binary :all: -r "requirements/$1.txt"
  [ "$1" = runtime ] || "${pip[@]}" install --require-hashes --no-deps --only-binary :all: -r requirements/pages.txt
  "${pip[@]}" install --no-deps --no-build-isolation --no-index -e .
  "$VENV/bin/python" -m compileall -q src
  fingerprint "$1" >"$VENV/.setup-$1"
  [ "$1" = runtime ] || fingerprint runtime >"$VENV/.setup-runtime"
}

mapfile -t MISSING < <(missing_packages)
[ "${#MISSING[@]}" = 0 ] || install_packages "${MISSING[@]}"
installed "$WANTED" || install_python_packages "$WANTED"
