package bare

import (
	"fmt"
	"os"
	"testing"
)

// built is what all tests boot. TestMain builds it once.
var built *Binaries

func TestMain(m *testing.M) {
	status, err := testAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

func testAll(m *testing.M) (int, error) {
	folder, err := os.MkdirTemp("", "skerry-bare")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	if err := os.Chdir("../.."); err != nil { // the module
		return 0, err
	}
	if built, err = Build(folder); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

// machines are those that a stage is tried on; the first alone in short form.
var machines = []Config{
	{Board: "microvm", Accel: "tcg", Cores: 2},
	{Board: "microvm", Accel: "tcg", Cores: 1},
	{Board: "microvm", Accel: "tcg", Cores: 4},
	{Board: "microvm", Accel: "tcg", Cores: 8},
	{Board: "q35", Accel: "tcg", Cores: 2},
	{Board: "microvm", Accel: "kvm", Cores: 2},
}

// beside has a test of a machine run beside others, two on two CPUs, but not under KVM: there two
// cores that wait for each other want a CPU each. Tests that boot such machines are not parallel
// themselves, only their other subtests are.
func beside(t *testing.T, accel string) {
	if accel != "kvm" {
		t.Parallel()
	}
}

// onMachines boots each machine with some arguments and runs a test on it.
func onMachines(t *testing.T, test func(t *testing.T, m *Machine, cores int), args ...string) {
	for i, config := range machines {
		if i > 0 && testing.Short() {
			return
		}
		config.Args = args
		name := fmt.Sprintf("%s/%s/%d", config.Board, config.Accel, config.Cores)
		t.Run(name, func(t *testing.T) {
			beside(t, config.Accel)
			test(t, built.Boot(t, config), config.Cores)
		})
	}
}
