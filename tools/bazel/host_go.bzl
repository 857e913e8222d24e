"""Repository rules: the Go toolchain of this machine, and what Debian's Bazel lacks offline."""

# What `go env` finds with the user's settings, and actions and tests see as it was found.
_SETTINGS = ["GOROOT", "GOCACHE", "GOMODCACHE", "GOFLAGS"]

_BUILD = """
package(default_visibility = ["//visibility:public"])
exports_files(["toolchain.sh"])
filegroup(name = "version", srcs = ["VERSION"])
"""

def _host_go_impl(rctx):
    go = rctx.which("go") or "/usr/local/go/bin/go"
    if not rctx.path(go).exists:
        fail("no go command on PATH or in /usr/local/go: want Go 1.26")

    # The go command works on copies: it would write to go.sum.
    for label in [Label("//:go.mod"), Label("//:go.sum")]:
        rctx.file(label.name, rctx.read(rctx.path(label)), executable = False)
    _run(rctx, [go, "mod", "download"])

    lines = ["export CGO_ENABLED=0 GOENV=off GOPROXY=off GOTOOLCHAIN=local GOWORK=off"]
    for name, value in zip(_SETTINGS, _run(rctx, [go, "env"] + _SETTINGS).split("\n")):
        lines.append("export %s='%s'" % (name, value))
    lines.append('export PATH="$GOROOT/bin:/usr/local/bin:/usr/bin:/bin"')
    rctx.file("toolchain.sh", "\n".join(lines) + "\n", executable = False)

    # An input of every action, so that a toolchain upgraded in place rebuilds.
    rctx.symlink(_run(rctx, [go, "env", "GOROOT"]).strip() + "/VERSION", "VERSION")
    rctx.file("BUILD.bazel", _BUILD, executable = False)

def _run(rctx, command):
    rctx.report_progress(" ".join([str(word) for word in command]))
    result = rctx.execute(command, timeout = 1200)
    if result.return_code != 0:
        fail("%s: %s" % (" ".join([str(word) for word in command]), result.stderr))
    return result.stdout

host_go = repository_rule(
    doc = "@host_go: toolchain.sh, which exports the settings, and version, which changes with it.",
    implementation = _host_go_impl,
    environ = ["PATH", "HOME", "GOROOT", "GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GOFLAGS"],
    local = True,  # looks again at each start of the Bazel server
)

def _empty_tools_impl(rctx):
    rctx.file("BUILD.bazel", """
package(default_visibility = ["//visibility:public"])
filegroup(name = "coverage_report_generator")
filegroup(name = "lcov_merger")
""", executable = False)

_empty_tools = repository_rule(implementation = _empty_tools_impl)

def stub_coverage_tools():
    """Empties what every test rule drags in and only `bazel coverage` runs.

    Debian's Bazel, known by reporting no version, would have to download it.
    """
    if not native.bazel_version:
        _empty_tools(name = "remote_coverage_tools")
