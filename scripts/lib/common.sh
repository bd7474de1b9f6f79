# Shared by the bash scripts: messages, places and uv. Sourced, not run.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/ha-marstek
# At least this uv: dependency groups, overrides and `--no-python-downloads`.
UV_MINIMUM=0.9.0

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
note() { printf '    %s\n' "$*" >&2; }
die() {
  printf '\033[1;31merror:\033[0m %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do note "$line"; done
  exit 1
}

# Run a command quietly; show what it printed only when it fails.
quietly() {
  local log
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi
  tail -n 40 "$log" >&2
  rm -f "$log"
  return 1
}

# Say that a long command is still going on, every 15 seconds.
with_progress() {
  local what=$1 pid ticker status=0
  shift
  "$@" &
  pid=$!
  (
    seconds=0
    while sleep 15 && kill -0 "$pid" 2>/dev/null; do
      seconds=$((seconds + 15))
      note "$what: still working, $seconds s"
    done
  ) &
  ticker=$!
  wait "$pid" || status=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  return "$status"
}

# The Python that the machine has, for what runs before Python 3.14 is there.
host_python() {
  local candidate
  for candidate in python3.14 python3.13 python3.12 python3.11 python3 python; do
    if command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return 0
    fi
  done
  die "Python 3.11 or newer is needed to start from, and none was found."
}

# Install a tool from PyPI into a folder of its own: needs nothing but pip.
pip_tool() {
  local target=$1 requirement=$2 python
  python=$(host_python)
  "$python" -m pip --version >/dev/null 2>&1 ||
    die "$python has no pip." "On Debian: apt-get install python3-pip"
  rm -rf "$target"
  quietly "$python" -m pip install --quiet --disable-pip-version-check --target "$target" "$requirement" ||
    die "pip could not install $requirement."
}

at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# Set UV to a usable uv: the one on PATH, else our own from PyPI.
find_uv() {
  local version
  for UV in "$(command -v uv || true)" "$CACHE/uv/bin/uv"; do
    if [ -x "$UV" ]; then
      version=$("$UV" --version 2>/dev/null | cut -d' ' -f2) || continue
      if [ -n "$version" ] && at_least "$version" "$UV_MINIMUM"; then
        return 0
      fi
    fi
  done
  say "Installing uv from PyPI"
  mkdir -p "$CACHE"
  pip_tool "$CACHE/uv" "uv>=$UV_MINIMUM"
  UV=$CACHE/uv/bin/uv
}
