package bare

import (
	"path/filepath"
	"testing"

	"skerry/kernel/kerneltest"
)

// The driver keeps the contract of package kernel: windows, kicks, waits, lives and deaths.
// Planted: the broken drivers of kernel/kerneltest.
func TestS30Conformance(t *testing.T) {
	program := filepath.Join(t.TempDir(), "kerneltest")
	if err := BuildProgram(program, "./test/bare/testdata/kerneltest"); err != nil {
		t.Fatal(err)
	}
	for i, config := range []Config{
		{Board: "microvm", Accel: "tcg", Cores: 3},
		{Board: "q35", Accel: "tcg", Cores: 4},
		{Board: "microvm", Accel: "kvm", Cores: 3},
	} {
		if i > 0 && testing.Short() {
			return
		}
		t.Run(config.Board+"/"+config.Accel, func(t *testing.T) {
			beside(t, config.Accel)
			config.Args = []string{"--instance", program, "kerneltest"}
			m := built.Boot(t, config)
			m.Status() // that of the last core to die, which the suite killed
			if err := kerneltest.Check(m.Log()); err != nil {
				t.Error(err)
			}
		})
	}
}
