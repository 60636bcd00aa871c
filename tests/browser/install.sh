#!/bin/sh
# Install what the tests in a browser need and what is missing: Chromium, npm and Tesseract with Vietnamese by apt-get (as
# root), axe-core by npm.
# Usage: tests/browser/install.sh FOLDER
set -eu
missing=
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing="$missing chromium"
command -v npm >/dev/null || missing="$missing npm"
command -v tesseract >/dev/null || missing="$missing tesseract-ocr tesseract-ocr-vie"
if [ -n "$missing" ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "the tests in a browser need$missing: install it with the system's package manager" >&2
    exit 1
  fi
  apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing fonts-noto-core >/dev/null
fi
mkdir -p "$1"
cp "$(dirname "$0")/package.json" "$(dirname "$0")/package-lock.json" "$1"
npm ci --prefix "$1" --silent --ignore-scripts --no-audit --no-fund
