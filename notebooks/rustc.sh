#!/bin/sh
# Compiles for the kernel: cargo calls it in rustc's place, with rustc first (RUSTC_WRAPPER).
#
# A cell becomes a library, `ctx`, that holds all of sre-stats and, in chapter 13, of polars, linked anew each time. So they are
# linked once instead, into a shared library beside the compiled one, with which the cells are linked from then on.
set -eu

crate='' rlib='' before=''
for argument; do
  [ "$before" = --crate-name ] && crate=$argument
  case $argument in sre_stats=*.rlib) rlib=${argument#sre_stats=} ;; esac
  before=$argument
done
[ "$crate" = ctx ] && [ -n "$rlib" ] || exec "$@"

deps=${rlib%/*}
shared=${rlib%.rlib}.so
if [ ! "$shared" -nt "$rlib" ]; then
  # a link that is stopped midway leaves nothing under the name that later cells look for
  new=$deps/linking.$$
  mkdir -p "$new"
  trap 'rm -rf "$new"' EXIT
  # macros were compiled for the machine that compiles: target/debug/deps beside target/TRIPLE/debug/deps
  echo 'pub use sre_stats::*;' | "$1" - --crate-name sre_stats_linked --crate-type dylib --edition 2024 --extern "sre_stats=$rlib" \
    -L "dependency=$deps" -L "dependency=${deps%/*/*/*}/debug/deps" -C prefer-dynamic -C strip=symbols \
    -o "$new/${shared##*/}" >&2
  mv -f "$new/${shared##*/}" "$shared"
  rmdir "$new"
fi
for argument; do
  shift
  [ "$argument" = "sre_stats=$rlib" ] && argument=sre_stats=$shared
  set -- "$@" "$argument"
done
# the kernel moves what it compiled to the folder above
exec "$@" -C 'link-arg=-Wl,-rpath,$ORIGIN/deps:$ORIGIN'
