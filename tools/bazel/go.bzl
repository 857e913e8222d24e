"""go_binary, go_test and go_tests: thin rules over the go command of this machine.

The go command knows the packages and their dependencies, so a target is a package's folder and
the whole source tree is every action's input; the go command's build cache makes that cheap, and
a test whose binary comes out the same is not run again.
"""

_ATTRS = {
    "package": attr.string(mandatory = True, doc = "The package's folder."),
    "srcs": attr.label_list(default = ["//:source"], allow_files = True),
    "data": attr.label_list(allow_files = True, doc = "Files to be there at run time."),
    "_go": attr.label(default = "//tools/bazel:go.sh", allow_single_file = True),
    "_toolchain": attr.label(default = "@host_go//:toolchain.sh", allow_single_file = True),
    "_version": attr.label(default = "@host_go//:version"),
}

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
            ctx.attr.package,
            out.path,
        ] + command + ["-trimpath", "-buildvcs=false"],
        inputs = ctx.files.srcs + ctx.files._version + [ctx.file._toolchain],
        tools = [ctx.file._go],
        outputs = [out],
        mnemonic = "Go",
        progress_message = "go %s ./%s" % (command[0], ctx.attr.package),
    )

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
    _compile(ctx, binary, ["build"])
    return _runnable(ctx, binary, [])

go_binary = rule(
    doc = "The command in a package main.",
    implementation = _go_binary_impl,
    attrs = _ATTRS,
    executable = True,
)

# As `go test` does: in the package's folder, with the go command at hand.
_LAUNCHER = """#!/usr/bin/env bash
source '{toolchain}'
binary=$PWD/{binary}
cd '{package}' || exit 1
exec "$binary" -test.timeout="${{TEST_TIMEOUT:-0}}s" "$@"
"""

def _go_test_impl(ctx):
    binary = ctx.actions.declare_file(ctx.label.name + ".bin")
    _compile(ctx, binary, ["test", "-c"])
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(launcher, _LAUNCHER.format(
        toolchain = ctx.file._toolchain.short_path,
        binary = binary.short_path,
        package = ctx.attr.package,
    ), is_executable = True)
    return _runnable(ctx, launcher, [binary, ctx.file._toolchain])

go_test = rule(
    doc = "The tests of one package, run in its folder.",
    implementation = _go_test_impl,
    attrs = _ATTRS,
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
        )
