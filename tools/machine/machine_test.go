package machine

import (
	"reflect"
	"strings"
	"testing"
)

const example = `
cores = 4
memory = "64MiB" # of each core
silent-ticks = 500

[[app]]
name = "pingpong"
cores = "0,2-3"
args = ["-n", "5"]
ports = ["7/tcp", "7/udp"]

[[app]]
name = "echo"
cores = "2,0"
controls = "0-1,3"

[[app]]
name = "hello"
cores = 1
program = "bin/hello"
shares = "0, 2-3"
controls = "none"

[[device]]
kind = "virtio-net"
cores = "0-1"
`

// A description says what each core runs, and with how much memory.
func TestParse(t *testing.T) {
	m, err := Parse([]byte(example), "there/machine.toml", []string{"pingpong", "echo"})
	if err != nil {
		t.Fatal(err)
	}
	want := &Machine{
		Cores: 4, Memory: 64 << 20, SilentTicks: 500, On: [][]int{{0, 1}, {2}, {0, 1}, {0}},
		Apps: []App{
			{Name: "pingpong", Args: []string{"-n", "5"}, Ports: []Port{{7, "tcp"}, {7, "udp"}}},
			{Name: "echo"}, {Name: "hello", Program: "there/bin/hello"},
		},
		Devices:  []Device{{"virtio-net", 0b11}},
		Shares:   []uint64{0b1111, 0b1101, 0b1111, 0b1111},
		Controls: []uint64{0b1011, 0, 0b1011, 0b1111},
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("%+v: want %+v", m, want)
	}
	for core, want := range []string{"pingpong -n 5 + echo", "hello", "", "pingpong -n 5"} {
		if got := strings.Join(m.Words(core), " "); want != "" && got != want {
			t.Errorf("core %d runs %q: want %q", core, got, want)
		}
	}
}

// An app that names no cores is on all of them.
func TestAllCores(t *testing.T) {
	const text = "cores = 3\nmemory = \"1GiB\"\n[[app]]\nname = \"a\"\n"
	m, err := Parse([]byte(text), "machine.toml", nil)
	if err != nil || !reflect.DeepEqual(m.On, [][]int{{0}, {0}, {0}}) || m.Memory != 1<<30 {
		t.Errorf("%+v, %v: want app 0 on 3 cores", m, err)
	}
}

// A set of cores is all of them, none, or those that are named; all if nothing is said.
func TestSets(t *testing.T) {
	for value, want := range map[string]uint64{
		"": 1<<64 - 1, `shares = "all"`: 1<<64 - 1, `shares = "none"`: 0, `shares = 63`: 1 << 63,
		`shares = "0-1,1-2"`: 0b111,
	} {
		text := "cores = 64\nmemory = \"1GiB\"\n[[app]]\nname = \"a\"\n" + value
		m, err := Parse([]byte(text), "machine.toml", nil)
		if err != nil || m.Shares[63] != want {
			t.Errorf("%s: %+v, %v: want a set of %#x", value, m, err, want)
		}
	}
}

// A description that cannot be one is refused with its line, what was found, and what was wanted.
func TestRefusals(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"", "cores = 1\ncores = 2", "m.toml:2: "},
		{"cores = 4", "cores = ", "m.toml:2: "},
		{"cores = 4\n", "", "m.toml:1: no cores: want it"},
		{"cores = 4", "cores = 65", "m.toml:2: cores = 65: want a number from 1 to 64"},
		{"cores = 4", `cores = "4"`, "m.toml:2: cores = 4: want a number"},
		{"cores = 4", "cores = 4\ncores = 5", "m.toml:3: "},
		{"memory", "memroy", `m.toml:3: unknown key "memroy": want "memory"`},
		{`"64MiB"`, `"64 apples"`, `m.toml:3: memory = "64 apples": want a size such as`},
		{`"64MiB"`, `"0MiB"`, `m.toml:3: memory = "0MiB": want a size`},
		{`"64MiB"`, `"99999999999999999999GiB"`, `m.toml:3: memory = "999`},
		{`"64MiB"`, `64`, "m.toml:3: memory = 64: want a size"},
		{"silent-ticks", "silent-tick", `m.toml:4: unknown key "silent-tick": want "silent-t`},
		{"silent-ticks", "[silent]\nticks", `m.toml:4: unknown key "silent": want one of cores, `},
		{"500", "0", "m.toml:4: silent-ticks = 0: want a number from 1"},
		{`"pingpong"`, `"pongping"`, `m.toml:7: unknown app "pongping": want one of pingpong`},
		{`"hello"`, `""`, "m.toml:18: app without a name: want one"},
		{"name = \"hello\"\n", "", "m.toml:17: no name: want it"},
		{"program", "porgram", `m.toml:20: unknown key "porgram": want "program"`},
		{"0,2-3", "0,2-4", "m.toml:8: cores = 0,2-4: want cores from 0 to 3"},
		{"0,2-3", "3-2", "m.toml:8: cores = 3-2: want"},
		{"0,2-3", "", "m.toml:8: cores = : want"},
		{"0,2-3", "-1", "m.toml:8: cores = -1: want"},
		{"0,2-3", "0-3", "m.toml:19: core 1 for pingpong and for hello: want a program"},
		{"0,2-3", "0,0,2-3", "m.toml:8: core 0 for pingpong and for pingpong: want each"},
		{`"none"`, "\"none\"\n[[app]]\nname = \"echo\"\ncores = 1",
			"m.toml:25: core 1 for hello and for echo: want a program of its own alone"},
		{`["-n", "5"]`, `["-n", "+"]`, "m.toml:9: the word \"+\": want none: it stands between"},
		{`"7/tcp"`, `"7/tpc"`, `m.toml:10: ports with "7/tpc": want ports such as "80/tcp"`},
		{`"7/tcp"`, `"0/tcp"`, `m.toml:10: ports with "0/tcp": want`},
		{`"7/tcp"`, `"65536/tcp"`, `m.toml:10: ports with "65536/tcp": want`},
		{`"7/tcp"`, `"7/udp"`, "m.toml:10: 7/udp twice for pingpong: want it once"},
		{"cores = 1", `ports = ["7/udp"]`, "m.toml:19: 7/udp for pingpong and for hello: want"},
		{"0,2-3", "0,2-2", "m.toml:2: core 3 has no app: want one on each core"},
		{"0, 2-3", "0, 2-4", "m.toml:21: shares = 0, 2-4: want \"all\", \"none\", or cores from 0"},
		{`"0, 2-3"`, "-1", "m.toml:21: shares = -1: want"},
		{`"0, 2-3"`, "true", "m.toml:21: shares = true: want"},
		{`"none"`, `"non"`, `m.toml:22: controls = non: want "all", "none", or cores from 0 to 3`},
		{`"none"`, `[1, 2]`, `m.toml:22: controls = [1 2]: want`},
		{"controls", "control", `m.toml:15: unknown key "control": want "controls"`},
		{"virtio-net", "virtio-nit", `m.toml:25: unknown kind "virtio-nit": want one of virtio-`},
		{"kind", "kynd", `m.toml:25: unknown key "kynd": want "kind"`},
		{`"0-1"`, `"0-4"`, `m.toml:26: cores = 0-4: want "all", "none", or cores from 0 to 3`},
		{"[[device]]", "[device]", "m.toml:"},
		{"[[device]]", strings.Repeat("[[device]]\nkind = \"virtio-rng\"\n", 8) + "[[device]]",
			"m.toml:41: device 9: want 8 at most"},
		{`["-n", "5"]`, `["-n", 5]`, "m.toml:9: args with 5: want a list of strings"},
		{`["-n", "5"]`, `"-n"`, "m.toml:9: args = -n: want a list of strings"},
		{`["-n", "5"]`, `["\u0000"]`, "m.toml:9: args with \x00: want"},
		{"[[app]]", "[app]", "m.toml:"},
	} {
		text := strings.Replace(example, c.old, c.new, 1)
		_, err := Parse([]byte(text), "m.toml", []string{"pingpong", "echo"})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v\nwant %s", err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: want one line", err)
		}
	}
}

// FuzzParse: whatever is accepted is a machine in which each core runs one of the apps.
func FuzzParse(f *testing.F) {
	f.Add(example)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Parse([]byte(text), "machine.toml", nil)
		if err != nil {
			return
		}
		if m.Cores < 1 || m.Cores != len(m.On) || m.Memory == 0 {
			t.Errorf("%+v: want memory, and an app on each core", m)
		}
		for core, apps := range m.On {
			if words := m.Words(core); len(apps) == 0 || words[0] == "" {
				t.Errorf("core %d of %+v runs %q: want an app with a name", core, m, words)
			}
		}
	})
}
