#!/bin/sh
# Each compile runs bare and through the cache; the first difference ends the script with status 1.
# ZCCACHE names the program under test.
zccache=${ZCCACHE:-zccache}
base=$(mktemp -d)
export HOME="$base/home" XDG_RUNTIME_DIR="$base/run" ZCCACHE_CACHE_DIR="$base/cache"
mkdir -p "$HOME" "$base/states"
trap '"$zccache" stop >"$base/stop" 2>&1; rm -rf "$base"' EXIT
unset LANG LC_ALL SOURCE_DATE_EPOCH CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH

# The project is in one of several places.
go() { here=$1; mkdir -p "$base/work/$here"; cd "$base/work/$here"; }
other() { [ "$1" != "$here" ] && under "$base/work/$1" && rm -rf "$base/work/$1"; }
relocate() { other "$1" && mv -T "$base/work/$here" "$base/work/$1" && go "$1"; }
copy() { other "$1" && cp -a "$base/work/$here" "$base/work/$1" && go "$1"; }
switch() { [ ! -d "$base/work/$1" ] || go "$1"; }
keep() { rm -rf "$base/states/$1"; cp -a "$base/work" "$base/states/$1"; echo "$here" >"$base/states/$1.place"; }
back() { cd "$base"; rm -rf work; cp -a "states/$1" work; go "$(cat "states/$1.place")"; }

under() { mkdir -p "$(dirname "$1")"; }
file() { under "$1"; printf '%s\n' "$2" >"$1"; touch -d '1 hour ago' "$1"; }
link() { under "$1"; ln -s "$2" "$1"; }

# The number behind each @ is what edits change.
renumbered() { sed "s/@[0-9]*/@$2/g" "$1"; }
edit() { renumbered "$1" "$2" >"$base/new" && cat "$base/new" >"$1"; }
edit_unseen() { touch -r "$1" "$base/time" && edit "$1" "$2" && touch -r "$base/time" "$1"; }
replace() { renumbered "$1" "$2" >"$1.new" && touch -r "$1" "$1.new" && mv -f "$1.new" "$1"; }
create() { under "$1"; [ -e "$1" ] || printf '%s\n' "$2" >"$1"; }
move() { [ -e "$2" ] || mv -T "$1" "$2"; }
swap() { mv -T "$1" "$base/swapped" && mv -T "$2" "$1" && mv -T "$base/swapped" "$2"; }
hard_link() { ln -f "$1" "$2"; }
symbolic_link() { ln -srfT "$1" "$2"; }
twin() { cat "$1" >"$2"; touch -r "$1" "$2"; }
retarget() { [ ! -L "$1" ] || ln -sfT "$2" "$1"; }

# Waits until the cache has taken note of the compile before.
settle() { "$zccache" stats >"$base/stats"; }

input=/dev/null trial=
# own PATH TEXT: a source that is made for the call.
own() { under "$1"; printf '%s\n' "$2" | cmp -s - "$1" || printf '%s\n' "$2" >"$1"; }

# Other jobs of the build, which write beside a compile.
jobs_in() { work_in "$@" & jobs=$!; }
work_in() {
    number=0
    while [ ! -e "$base/no_jobs" ]; do
        number=$((number + 1))
        for folder in "$@"; do
            [ -d "$folder" ] || continue
            echo "object $number" >"$folder/job-$number.o"
            echo "#define JOB $number" >"$folder/job-new" && mv "$folder/job-new" "$folder/job-$number.h"
            rm -f "$folder/job-$((number - 3)).o" "$folder/job-$((number - 3)).h"
        done
    done
    for folder in "$@"; do rm -f "$folder"/job-*; done
}
no_jobs() { settle; : >"$base/no_jobs"; wait "$jobs"; rm "$base/no_jobs"; }

files() { find . ! -type d ! -name 'job-*' | sort; }
# once NAME COMMAND...: its status, streams and new files, in a folder of that name.
once() {
    to="$base/$1"; shift
    rm -rf "$to"; mkdir "$to"
    [ -z "$trial" ] || printf '%s\n' "$question" >"$trial"
    "$@" <"$input" >"$to/stdout" 2>"$to/stderr"
    echo $? >"$to/status"
    [ -z "$trial" ] || rm "$trial"
    sed -i 's,/cc......\.s,/ccxxxxxx.s,' "$to/stderr"
    files | comm -13 "$base/before" - | while read -r made; do
        mkdir -p "$to/$(dirname "$made")"
        mv "$made" "$to/$made"
    done
}
same() { diff -r "$base/bare" "$base/cached" || { echo "a wrong answer: $*"; exit 1; }; }
hits() { "$zccache" stats --json | sed -n 's/.*"hits": *\([0-9]*\).*/\1/p'; }
# A repeat that must come from the cache.
served() {
    hits=$(hits)
    once cached env $variables "$zccache" "$@"
    same "$@"
    [ "$(hits)" -gt "$hits" ] || { echo "no hit: $*"; "$zccache" stats; exit 1; }
}
# How many requests were answered from memory.
answered() { "$zccache" status --json | sed -n 's/.*"answered": *\([0-9]*\).*/\1/p'; }
# Repeats a call until it is, if that comes soon.
until_remembered() {
    for time in 1 2 3 4 5 6; do
        answered=$(answered)
        once cached env $variables "$zccache" "$@"
        same "$@"
        [ "$(answered)" = "$answered" ] || break
    done
}
# compile ORDER OVER VARIABLES WORDS...: OVER is "over" where outputs of the compile before lie in the way.
compile() {
    order=$1 over=$2 variables=$3; shift 3
    files >"$base/before"
    rm -rf "$base/bare" "$base/cached"
    for how in $order; do
        [ -z "$over" ] || [ ! -d "$base/outputs" ] || cp -a "$base/outputs/." .
        case $how in
        bare) once bare env $variables "$@" ;;
        cached) once cached env $variables "$zccache" "$@" ;;
        settle) settle ;;
        served) served "$@" ;;
        remembered) until_remembered "$@" ;;
        esac
        [ ! -d "$base/bare" ] || [ ! -d "$base/cached" ] || same "$@"
    done
    rm -rf "$base/outputs"
    mv "$base/bare" "$base/outputs"
    rm "$base/outputs/stdout" "$base/outputs/stderr" "$base/outputs/status"
}
# precompile FILE VARIABLES HEADER WORDS...: the call HEADER, bare and through the cache, each with a bare compile that uses
# what it made.
precompile() {
    precompiled=$1 variables=$2 header=$3; shift 3
    { files; echo "./$precompiled"; } | sort -u >"$base/before"
    rm -f "$precompiled"; env $variables $header
    once bare env $variables "$@"
    rm -f "$precompiled"; env $variables "$zccache" $header
    once cached env $variables "$@"
    same "$header"
}
no_faults() { "$zccache" stats --json | grep -Eq '"faults": *0,' || { "$zccache" stats; exit 1; }; }

go here
