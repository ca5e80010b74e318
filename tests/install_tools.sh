#!/usr/bin/env bash
# Debian packages that the tests need and PyPI does not hold. Says what to run where it cannot.
set -euo pipefail
missing=()
command -v promtool >/dev/null || missing+=(prometheus)
command -v git >/dev/null || missing+=(git)
[ ${#missing[@]} -eq 0 ] && exit 0
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
install() { DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1; }
install || { "${as_root[@]}" apt-get update -qq >/dev/null 2>&1 && install; } || {
  echo "make: cannot install what the tests need; run: apt-get install ${missing[*]}" >&2
  exit 2
}
