package image

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/cpu"
)

// What a program is started with turns off all of AVX and BMI that Go knows, and nothing else, and
// Go does not complain of a name. That it turns off less is found.
func TestEnvironment(t *testing.T) {
	const asked = "TELL_FEATURES"
	if os.Getenv(asked) != "" {
		x := cpu.X86
		off := !(x.HasAVX || x.HasAVX2 || x.HasFMA || x.HasBMI1 || x.HasBMI2 || x.HasAVX512F ||
			x.HasAVX512CD || x.HasAVX512BW || x.HasAVX512DQ || x.HasAVX512VL)
		t.Logf("off: %t, aes: %t", off, x.HasAES)
		return
	}
	if !cpu.X86.HasAVX2 || !cpu.X86.HasAES {
		t.Skip("skipped: this processor has no AVX2 to turn off, or no AES")
	}
	told := func(environment string) string {
		c := exec.Command(os.Args[0], "-test.run=^TestEnvironment$", "-test.v")
		c.Env = []string{asked + "=1", environment}
		said, err := c.CombinedOutput()
		if err != nil {
			t.Fatal(err)
		}
		return string(said)
	}
	good := told(Environment)
	if !strings.Contains(good, "off: true, aes: true") || strings.Contains(good, "GODEBUG") {
		t.Errorf("with %s:\n%s\nwant AVX off, AES on, no complaint", Environment, good)
	}
	if less := told(strings.Replace(Environment, "cpu.bmi2=off,", "", 1)); !strings.Contains(less,
		"off: false") {
		t.Errorf("with less:\n%s\nwant BMI2 on", less)
	}
}
