package bare

import "testing"

// lateNMI has a core ask for a stop by mail first, and by the NMI that goes with it much later.
var lateNMI = plant{"kernel/bare/watch.go", "send(core, order)\n\tcommand(core, commandNMI)",
	"send(core, order)\n\tcommand(core, commandFixed|vectorMail)\n" +
		"\tfor until := now() + 50_000_000; now() < until; {\n\t\tpause()\n\t}\n" +
		"\tcommand(core, commandNMI)", ""}

// dropsOrders takes what is in the mail, and leaves a stop to the NMI.
var dropsOrders = plant{"kernel/bare/mail.go", "endIf(order, from, 0)", "_ = from", ""}

// An order is obeyed by whoever takes it from the mail, also before its NMI has come: a driver that
// leaves it to the NMI, which finds none then, has to be reset.
func TestS40OrderBeforeItsNMI(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		plants []plant
		want   string
	}{
		{[]plant{lateNMI}, `core 1 died, life 1: stopped: stopped by core 0`},
		{[]plant{lateNMI, dropsOrders}, `core 1 died: did not obey an NMI: reset`},
	} {
		binaries, err := Build(t.TempDir(), overlay(t, c.plants...))
		if err != nil {
			t.Fatal(err)
		}
		m := binaries.Boot(t, Config{Board: "microvm", Accel: "tcg", Cores: 2,
			Args: []string{"--exec", "stop 1; start 1; ping 1"}})
		m.Expect(c.want)
		m.Expect(`1, life 2: answers after`)
		m.Status()
	}
}
