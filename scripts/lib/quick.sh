# What scripts/test --quick runs. Sourced, not run.
# shellcheck shell=bash

# Each in a process of its own, the longest first.
PURE=(tests/tempo tests/venus tests/planner "tests/venus_cli tests/test_repository.py tests/test_docs.py")

# Python files that differ from where the branch left main; on main, from the commit before the last.
changed_paths() {
  local base
  base=$(git merge-base HEAD main 2>/dev/null || true)
  if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then base=HEAD~1; fi
  git diff --name-only "$base" -- '*.py' 2>/dev/null || true
  git ls-files --others --exclude-standard -- '*.py'
}

# nearest_tests PATH: one test file a line
nearest_tests() {
  local folder=tests name
  name=$(basename "$1" .py)
  case $1 in
    tests/test_*.py | tests/*/test_*.py) [ ! -e "$1" ] || echo "$1" ;;
    tests/* | */__init__.py) ;;
    *)
      if [[ $1 =~ ^(custom_components/marstek/)?([a-z_]+)/ ]] && [ -d "tests/${BASH_REMATCH[2]}" ]; then
        folder=tests/${BASH_REMATCH[2]}
      fi
      find "$folder" -name "test_$name*.py"
      ;;
  esac
}

# Sets PARTS and MARKS, and the environment in which scripts/test runs them.
quick_parts() {
  local nearest part
  # What Python has compiled is kept, whatever the environment asks for: compiling Home Assistant
  # again would take seven seconds of each process.
  unset PYTHONDONTWRITEBYTECODE
  export PYTHONPYCACHEPREFIX=${PYTHONPYCACHEPREFIX:-$CACHE/bytecode}
  export PYTEST_ADDOPTS=--hypothesis-profile=quick
  MARKS="not exhaustive and not weeks and not long"
  PARTS=()
  for part in "${PURE[@]}"; do PARTS+=(".venv||$part"); done
  nearest=$(changed_paths | while read -r path; do nearest_tests "$path"; done | sort -u |
    grep -vE '^tests/(tempo|venus|planner|venus_cli|test_repository|test_docs)\b' || true)
  # Tests that live in virtual time and tests that stop the clock share no process.
  for part in '^tests/plan/control/' '^tests/(plan/[^/]*|[^/]*)$' '^tests/(battery|[^p][a-z]*)/.'; do
    part=$(grep -E "$part" <<<"$nearest" | tr '\n' ' ' || true)
    [ -z "$part" ] || PARTS+=(".venv||$part")
  done
}
