#!/usr/bin/env bash
# Runs one go command for a Bazel action, in a copy of the action's declared inputs:
#
#   go.sh TOOLCHAIN INPUTS OUT ARG...
#
# TOOLCHAIN is @host_go//:toolchain.sh, INPUTS a file that lists the inputs, ARG the go command
# and its arguments, where @OUT@ stands for OUT's path. The inputs are copied as real files because
# go:embed refuses links.
set -euo pipefail

toolchain=$1 inputs=$2 out=$PWD/$3
shift 3

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
tar --create --dereference --files-from "$inputs" | tar --extract --directory "$tree"

# shellcheck source=/dev/null
source "$toolchain"
cd "$tree"
go "${@//@OUT@/$out}"
