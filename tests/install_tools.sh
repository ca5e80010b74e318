#!/usr/bin/env bash
# What the tests need and PyPI does not hold: Debian packages, and one package of npm. Says what to run where it cannot.
set -euo pipefail
missing=()
command -v promtool >/dev/null || missing+=(prometheus)
command -v git >/dev/null || missing+=(git)
command -v chromium >/dev/null || missing+=(chromium)
command -v npm >/dev/null || missing+=(npm)
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
install() { DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1; }
[ ${#missing[@]} -eq 0 ] || install || { "${as_root[@]}" apt-get update -qq >/dev/null 2>&1 && install; } || {
  echo "make: cannot install what the tests need; run: apt-get install ${missing[*]}" >&2
  exit 2
}
# axe-core (MPL-2.0) looks for barriers on the HTML report; it is used by a test, and never shipped.
axe=axe-core@4.14.1
tools=$(cd "$(dirname "$0")/.." && pwd)/.tools/npm
if ! grep -qs '"version": "4.14.1"' "$tools/node_modules/axe-core/package.json"; then
  mkdir -p "$tools"
  npm install --silent --prefix "$tools" --no-save --no-audit --no-fund --ignore-scripts "$axe" >/dev/null 2>&1 || {
    echo "make: cannot install what the tests need; run: npm install --prefix .tools/npm $axe" >&2
    exit 2
  }
fi
