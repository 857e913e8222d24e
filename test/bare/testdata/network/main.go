// Network is an instance whose cores drive a network card by turns. Core 0 claims it first, asks
// the gateway of QEMU's network for answers, and dies while more are on their way. Core 1 starts it
// again, so that it lives while the card still is as its last life left it, and only then claims
// the card; core 0 has it once more when core 1 has ended. Core 2 may not have it.
//
// Argument: how long a core waits for what must come, as in 20s.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"time"

	"skerry/coreos/virtio"
	"skerry/kernel"
	"skerry/kernel/local"
)

const (
	lookAgain = time.Second // though nothing rang
	exchanges = 30
	unheard   = 20                     // requests whose answers nobody awaits
	settle    = 500 * time.Millisecond // in which these come
	canaries  = 8 << 20
)

// Bytes of the window between cores 0 and 1.
const (
	byteTried  = iota // core 1 tried to claim what core 0 has: core 0 may drive it, and die
	byteLooked        // core 0 has looked at its memory: core 1 may claim the card
)

func main() {
	core, err := local.Attach()
	if err == nil {
		err = run(core)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "network:", err)
		os.Exit(2)
	}
}

func run(core kernel.Core) error {
	machine, ok := core.(kernel.Devices)
	if !ok {
		return errors.New("a driver without devices: want some")
	}
	boot := core.Boot()
	for _, d := range machine.Devices() {
		say(core, "sees a %s on %v for %v", d.Kind, d.Bus, d.Cores)
	}
	switch {
	case boot.Core == 2:
		_, err := machine.Claim(0)
		say(core, "claims: %v", err)
		return nil
	case boot.Core == 1:
		if err := takeTurns(core, machine); err != nil {
			return err
		}
	case boot.Incarnation > 1:
		if err := keepMemory(core, machine); err != nil {
			return err
		}
	}
	device, err := machine.Claim(0)
	if err != nil {
		return err
	}
	first := boot.Core == 0 && boot.Incarnation == 1
	if first { // its life may end of the first interrupts
		if err := awaitTry(core); err != nil {
			return err
		}
	}
	card, err := drive(core, machine, device)
	if err != nil || !first {
		return err
	}
	for i := range unheard {
		card.ask(i)
	}
	core.Die("the card is still at work")
	return nil
}

// awaitTry waits until core 1 has tried to claim what this core has.
func awaitTry(core kernel.Core) error {
	window, err := core.Window(1)
	if err != nil {
		return err
	}
	return await(core, "core 1 to try", func() bool { return window[byteTried] != 0 })
}

func say(core kernel.Core, format string, args ...any) {
	boot := core.Boot()
	fmt.Printf("network: %v, life %d, "+format+"\n",
		append([]any{boot.Core, boot.Incarnation}, args...)...)
}

// takeTurns has core 1 see that the card is taken, await the holder's end, and start it again.
func takeTurns(core kernel.Core, machine kernel.Devices) error {
	isHeld := func() bool { return machine.Devices()[0].Held }
	if err := await(core, "core 0 to claim the card", isHeld); err != nil {
		return err
	}
	holder := machine.Devices()[0].Holder
	_, err := machine.Claim(0)
	say(core, "claims what %v has: %v", holder, err)
	window, err := core.Window(0)
	if err != nil {
		return err
	}
	window[byteTried] = 1
	err = await(core, "the end of core 0", func() bool { return !isHeld() })
	if err != nil {
		return err
	}
	if err := core.Start(0); err != nil {
		return err
	}
	return await(core, "the next life of core 0 to look", func() bool {
		return window[byteLooked] != 0
	})
}

// patience is how long this core waits for what must come.
func patience(core kernel.Core) time.Duration {
	d, err := time.ParseDuration(core.Boot().Args[1])
	if err != nil {
		core.Die(err.Error())
	}
	return d
}

// await waits until something is so.
func await(core kernel.Core, what string, isSo func() bool) error {
	for end := core.Now().Add(patience(core)); !isSo(); time.Sleep(time.Millisecond) {
		if core.Now() > end {
			return fmt.Errorf("nothing in %v: want %s", patience(core), what)
		}
	}
	return nil
}

// keepMemory has a core that was started again fill its memory while the card still writes answers
// to its last life, and then await that core 1 has claimed it and ended.
func keepMemory(core kernel.Core, machine kernel.Devices) error {
	memory := bytes.Repeat([]byte{0x5a}, canaries)
	time.Sleep(settle)
	spoilt := 0
	for _, b := range memory {
		if b != 0x5a {
			spoilt++
		}
	}
	say(core, "%d of %d bytes spoilt", spoilt, canaries)
	window, err := core.Window(1)
	if err != nil {
		return err
	}
	window[byteLooked] = 1
	return await(core, "the end of core 1", func() bool {
		n, died := core.Notice()
		return died && n.Core == 1
	})
}

// drive has this core drive the card, and exchange some frames with the gateway.
func drive(core kernel.Core, machine kernel.Devices, d *kernel.Device) (*station, error) {
	net, err := virtio.NewNet(d)
	if err != nil {
		return nil, err
	}
	s := &station{core: core, card: net}
	if err := s.resolve(); err != nil {
		return nil, err
	}
	for i := range exchanges {
		if err := s.exchange(i); err != nil {
			return nil, err
		}
	}
	say(core, "%d answers, woken %v", exchanges, s.woken >= exchanges/2)
	return s, randomNumbers(core, machine)
}

// randomNumbers reads some from the machine's source of them.
func randomNumbers(core kernel.Core, machine kernel.Devices) error {
	d, err := machine.Claim(1)
	if err != nil {
		return err
	}
	source, err := virtio.NewRandom(d)
	if err != nil {
		return err
	}
	a, b := make([]byte, 400), make([]byte, 400)
	if _, err = source.Read(a); err == nil {
		_, err = source.Read(b)
	}
	if err != nil {
		return err
	}
	say(core, "random numbers differ: %v", !bytes.Equal(a, b) && !bytes.Equal(a, make([]byte, 400)))
	return nil
}
