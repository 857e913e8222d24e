"""go_binary, go_freestanding, go_test and go_tests: thin rules over the go command of this machine;
and run, a command with its first arguments.

The go command knows the packages and their dependencies, so a target is a package's folder and
the whole source tree is every action's input; the go command's build cache makes that cheap, and
a test whose binary comes out the same is not run again.
"""

_COMPILE_ATTRS = {
    "srcs": attr.label_list(default = ["//:source"], allow_files = True),
    "_go": attr.label(default = "//tools/bazel:go.sh", allow_single_file = True),
    "_toolchain": attr.label(default = "@host_go//:toolchain.sh", allow_single_file = True),
    "_version": attr.label(default = "@host_go//:version"),
}

_ATTRS = dict(
    _COMPILE_ATTRS,
    package = attr.string(mandatory = True, doc = "The package's folder."),
    data = attr.label_list(allow_files = True, doc = "Files to be there at run time."),
)

# Stands for the output's path in a go command.
_OUT = "@OUT@"

def _compile(ctx, out, command):
    inputs = ctx.actions.args()
    inputs.add_all(ctx.files.srcs)
    inputs.set_param_file_format("multiline")
    inputs.use_param_file("%s", use_always = True)
    ctx.actions.run(
        executable = ctx.file._go,
        arguments = [
            ctx.file._toolchain.path,
            inputs,
            out.path,
        ] + command,
        inputs = ctx.files.srcs + ctx.files._version + [ctx.file._toolchain],
        tools = [ctx.file._go],
        outputs = [out],
        mnemonic = "Go",
        progress_message = " ".join(["go", command[0], command[-1]]),
    )

def _build(ctx, out, command):
    flags = ["-trimpath", "-buildvcs=false", "-o", _OUT]
    _compile(ctx, out, command + flags + ["./" + ctx.attr.package])

def _runnable(ctx, executable, files):
    runfiles = ctx.runfiles(files = files + ctx.files.data)
    for target in ctx.attr.data:
        runfiles = runfiles.merge(target[DefaultInfo].default_runfiles)
    return [DefaultInfo(
        files = depset([executable]),
        executable = executable,
        runfiles = runfiles,
    )]

def _go_binary_impl(ctx):
    binary = ctx.actions.declare_file(ctx.label.name)
    _build(ctx, binary, ["build"])
    return _runnable(ctx, binary, [])

go_binary = rule(
    doc = "The command in a package main.",
    implementation = _go_binary_impl,
    attrs = _ATTRS,
    executable = True,
)

def _go_freestanding_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    _compile(ctx, program, ["run", "./tools/cpudriver/mkdriver", ctx.label.name, _OUT])
    return [DefaultInfo(files = depset([program]))]

go_freestanding = rule(
    doc = "The program that tools/cpudriver knows by the target's name, built with its own flags.",
    implementation = _go_freestanding_impl,
    attrs = _COMPILE_ATTRS,
)

# As `go test` does: in the package's folder, with the go command at hand. That refuses to embed
# files that are links, as runfiles are: a test that builds gets a copy of the tree.
_LAUNCHER = """#!/usr/bin/env bash
source '{toolchain}'
binary=$PWD/{binary}
if {builds}; then
  cp --recursive --dereference . "$TEST_TMPDIR/tree" || exit 1
  cd "$TEST_TMPDIR/tree" || exit 1
fi
cd '{package}' || exit 1
exec "$binary" -test.timeout="${{TEST_TIMEOUT:-0}}s" "$@"
"""

def _go_test_impl(ctx):
    binary = ctx.actions.declare_file(ctx.label.name + ".bin")
    _build(ctx, binary, ["test", "-c"])
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(launcher, _LAUNCHER.format(
        toolchain = ctx.file._toolchain.short_path,
        binary = binary.short_path,
        package = ctx.attr.package,
        builds = "true" if ctx.attr.builds else "false",
    ), is_executable = True)
    return _runnable(ctx, launcher, [binary, ctx.file._toolchain])

go_test = rule(
    doc = "The tests of one package, run in its folder.",
    implementation = _go_test_impl,
    attrs = dict(
        _ATTRS,
        builds = attr.bool(doc = "The tests run the go command on the tree."),
    ),
    test = True,
)

def go_tests(whole_tree = []):
    """A go_test named FOLDER_test for each folder with a test file.

    Args:
      whole_tree: folders whose tests read sources of other folders or run the go command.
    """
    folders = {}
    for file in native.glob(["**/*_test.go"], exclude = ["**/testdata/**"], allow_empty = True):
        folders[file.rpartition("/")[0]] = True
    for folder in folders:
        data = native.glob([folder + "/*", folder + "/testdata/**"], allow_empty = True)
        go_test(
            name = folder + "_test",
            package = folder,
            data = ["//:source"] if folder in whole_tree else data,
            builds = folder in whole_tree,
        )

# Where the user is, and not among the runfiles: there are the files that arguments name.
_RUN = """#!/usr/bin/env bash
command=$(dirname "$(realpath "${{BASH_SOURCE[0]}}")")/{command}
cd "${{BUILD_WORKING_DIRECTORY:-.}}" || exit 1
exec "$command" {words} "$@"
"""

def _run_impl(ctx):
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(launcher, _RUN.format(
        command = ctx.executable.command.basename,
        words = " ".join(ctx.attr.words),
    ), is_executable = True)
    runfiles = ctx.runfiles(files = [ctx.executable.command])
    runfiles = runfiles.merge(ctx.attr.command[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = launcher, runfiles = runfiles)]

run = rule(
    doc = "Runs a command of the same package with some words before the user's arguments.",
    implementation = _run_impl,
    attrs = {
        "command": attr.label(executable = True, cfg = "target", mandatory = True),
        "words": attr.string_list(doc = "Go to the shell as they are."),
    },
    executable = True,
)
