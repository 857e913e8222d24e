#!/usr/bin/env bash
# Runs one go command for a Bazel action, in a copy of the action's declared inputs:
#
#   go.sh TOOLCHAIN INPUTS PACKAGE OUT ARG...
#
# TOOLCHAIN is @host_go//:toolchain.sh, INPUTS a file that lists the inputs, ARG the go command
# and its flags. The inputs are copied as real files because go:embed refuses links.
set -euo pipefail

toolchain=$1 inputs=$2 package=$3 out=$PWD/$4
shift 4

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
tar --create --dereference --files-from "$inputs" | tar --extract --directory "$tree"

# shellcheck source=/dev/null
source "$toolchain"
cd "$tree"
go "$@" -o "$out" "./$package"
