#!/bin/sh
# The main job of the README: crawl, then show what came of it. Without SEEDS: our own encyclopedia on loopback.
# The exit code is the crawl's; the summary is printed even of an interrupted crawl.
set -u
trap : INT TERM
status=0
if [ -n "${SEEDS:-}" ]; then
    folder="${OUTPUT:-output}/${BAIKE_CRAWL:-baike}"
    BAIKE_OUTPUT="${OUTPUT:-output}" scrapy crawl baike -a seeds="$SEEDS" || status=$?
else
    folder="${OUTPUT:-output}/demo"
    BAIKE_OUTPUT="${OUTPUT:-output}" BAIKE_CRAWL=demo BAIKE_DELAY="${BAIKE_DELAY:-0}" BAIKE_LOG_LEVEL="${BAIKE_LOG_LEVEL:-WARNING}" \
        baike serve tests/encyclopedia -- scrapy crawl baike -a seeds=@tests/encyclopedia/seeds.txt -a follow=summary || status=$?
fi
if [ -f "$folder/manifest.json" ]; then
    baike summary "$folder"
fi
exit "$status"
