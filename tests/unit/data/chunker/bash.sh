#!/bin/bash
set -e
MAX_TRIES=3
# Logs.
log() {
  echo "$@"
}
function die { log "$1"; exit 1; }
log start
