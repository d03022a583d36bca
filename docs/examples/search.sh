#!/bin/sh
# Searches from a shell: docs/examples/search.sh "a girl throws a ball to a dog" [address of the service]
set -eu
query=${1:-a girl throws a ball to a dog}
service=${2:-http://127.0.0.1:8787}

# The three best images.
curl --silent --show-error --fail-with-body --get "$service/v1/search" --data-urlencode "q=$query" --data limit=3
echo
# How the words of the query depend on each other.
curl --silent --show-error --fail-with-body --get "$service/v1/parse" --data-urlencode "q=$query"
echo
