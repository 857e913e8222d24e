// Mortality is an instance whose cores all send to each other while one after the other is killed.
//
// Each core numbers what it sends to each peer, adds a checksum, and checks what comes: between two
// cores that live, nothing may be missing, double, or changed, and no channel may fault, whoever
// else dies. Each death is told once, with the number of messages that the dead core did not take:
// no more than it had not said to have, and exactly those behind an order to die.
//
// Victims and ways to die come from a seed. The round is the number of deaths so far; every message
// carries it, so that a core that comes back learns it. In each round one core, the executioner, is
// next to the victim: it waits until all is well, kills, waits for the news, starts the victim
// again, and counts the round up when it hears from it.
//
// Arguments: the seed, the number of deaths, and a bug to plant or nothing.
package main

import (
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strconv"
	"time"

	"skerry/coreos"
	"skerry/kernel"
	"skerry/msgpass"
)

const (
	typeMessage = msgpass.TypeFirst + 1
	wellAfter   = 50 // messages from each peer
	turnBatch   = 8  // messages to each peer
	ways        = 40 // to die

	// More than come in a turn, so that each channel is empty now and then.
	receiveBatch = 64
)

// Words of a message.
const (
	wordNumber = iota // of this message, in its epoch
	wordGot           // messages that came from the receiver in this epoch
	wordRound
	wordOrder
	wordSum // of the others
	words
)

// Bugs to plant.
const (
	skipMessage = "skip" // a core loses a message before it is sent
	hideLoss    = "hide" // a death is reported as if nothing were lost
)

// Orders to a victim.
const (
	noOrder = iota
	panicNow
	spinNow
)

// island is one core.
type island struct {
	*coreos.OS
	look    kernel.Inspector
	own     kernel.CoreID
	seed    uint64
	deaths  uint64 // that there will be
	plant   string
	round   uint64
	killed  uint64 // the life of this round's victim that this core ends; 0: not yet
	checked uint64
	peers   []*peer // by core; nil for itself
}

// peer is another core.
type peer struct {
	*msgpass.Channel
	epoch
	past   []epoch // before the present one, no death told yet
	buried uint64
	round  uint64
	order  uint64 // goes with the next message
}

// epoch is what was said to and heard of a peer in one of its lives.
type epoch struct {
	life             uint64
	sent, got, acked uint64
	fatal            uint64 // messages up to that with the order to die; 0: none
}

func main() {
	coreos.Main(coreos.App{Name: "mortality", Run: run, OwnsLoop: true})
}

func run(s *coreos.OS) error {
	i := &island{
		OS: s, look: s.Core().(kernel.Inspector), own: s.Core().Boot().Core, plant: s.Args()[2],
	}
	var err error
	if i.seed, err = strconv.ParseUint(s.Args()[0], 10, 64); err != nil {
		return err
	}
	if i.deaths, err = strconv.ParseUint(s.Args()[1], 10, 64); err != nil {
		return err
	}
	for _, id := range s.Core().Boot().Cores {
		var p *peer
		if id != i.own {
			p = &peer{Channel: s.Loop().Channel(id)}
		}
		i.peers = append(i.peers, p)
	}
	s.Loop().Lock()
	if err := i.live(); err != nil {
		fmt.Printf("mortality: core %d, seed %d, round %d: %v\n", i.own, i.seed, i.round, err)
		i.look.PowerOff(1)
	}
	fmt.Printf("mortality: core %d: %d messages checked in its last life\n", i.own, i.checked)
	return nil
}

// live goes on until all cores know of the last round.
func (i *island) live() error {
	for !i.over() {
		for _, p := range i.peers {
			i.send(p)
		}
		turn := i.Loop().Turn(i.Core().Now().Add(time.Millisecond))
		if len(turn.Faults) > 0 {
			return errors.Join(turn.Faults...)
		}
		for _, d := range turn.Deaths {
			if i.plant == hideLoss {
				d.Lost = 0
			}
			if err := i.peers[d.Core.Index()].bury(d); err != nil {
				return err
			}
		}
		for _, c := range turn.Up {
			if err := i.peers[c.Peer().Index()].meet(); err != nil {
				return err
			}
		}
		if turn.Ready != nil {
			if err := i.receive(i.peers[turn.Ready.Peer().Index()]); err != nil {
				return err
			}
		}
		if err := i.conduct(); err != nil {
			return err
		}
	}
	for _, p := range i.peers {
		i.send(p)
	}
	i.Loop().Flush()
	return nil
}

// over tells whether all cores know of the last round. One that has gone knew.
func (i *island) over() bool {
	for _, p := range i.peers {
		if p != nil && p.round < i.deaths {
			return false
		}
	}
	return i.round == i.deaths
}

// meet begins an epoch.
func (p *peer) meet() error {
	_, life := p.Epoch()
	if life == p.life {
		return fmt.Errorf("%v: connected to life %d twice", p.Peer(), life)
	}
	p.past, p.epoch = append(p.past, p.epoch), epoch{life: life}
	return nil
}

func (i *island) send(p *peer) {
	for range turnBatch {
		if p == nil || !p.Up() {
			return
		}
		l := p.Out.TrySlot()
		if l == nil {
			return
		}
		l[wordNumber], l[wordGot], l[wordRound], l[wordOrder] = p.sent, p.got, i.round, p.order
		l[wordSum] = sum(l, i.own)
		p.Out.Publish(l, msgpass.MakeHeader(typeMessage, 8*words, 0))
		p.sent++
		if i.plant == skipMessage && p.sent == wellAfter {
			p.sent++
		}
		if p.order != noOrder {
			p.order, p.fatal = noOrder, p.sent
		}
	}
}

func sum(l *msgpass.Line, from kernel.CoreID) uint64 {
	text := fmt.Append(nil, from, l[wordNumber], l[wordGot], l[wordRound], l[wordOrder])
	return uint64(crc32.ChecksumIEEE(text))
}

// receive takes a number of messages.
func (i *island) receive(p *peer) error {
	for range receiveBatch {
		shared, h, err := p.Next()
		if err != nil || h == 0 {
			return err
		}
		if err := i.take(p, shared, h); err != nil {
			return err
		}
	}
	return nil
}

// take checks a message and does what it orders.
func (i *island) take(p *peer, shared *msgpass.Line, h msgpass.Header) error {
	l := *shared
	p.In.Release(shared)
	switch {
	case h.Type() != typeMessage || h.Size() != 8*words:
		return fmt.Errorf("message of %v: header %#x: want type %d", p.Peer(), h, typeMessage)
	case l[wordSum] != sum(&l, p.Peer()):
		return fmt.Errorf("message of %v: sum %#x: want %#x", p.Peer(), l[wordSum],
			sum(&l, p.Peer()))
	case l[wordNumber] != p.got:
		return fmt.Errorf("message of %v: number %d: want %d", p.Peer(), l[wordNumber], p.got)
	case l[wordGot] < p.acked || l[wordGot] > p.sent:
		return fmt.Errorf("message of %v: got %d: want %d to %d", p.Peer(), l[wordGot],
			p.acked, p.sent)
	}
	p.got++
	p.acked, p.round = l[wordGot], l[wordRound]
	i.round = max(i.round, p.round)
	i.checked++
	switch l[wordOrder] {
	case panicNow:
		panic("mortality: ordered to")
	case spinNow:
		i.look.Spin()
	}
	return nil
}

// bury checks that a death is told once, and how many messages it lost, together with those of
// earlier lives whose death is not told any more. The next life may have been met already.
func (p *peer) bury(d coreos.Death) error {
	if d.Incarnation <= p.buried {
		return fmt.Errorf("death of %v: life %d: want one after %d", d.Core, d.Incarnation,
			p.buried)
	}
	p.buried = d.Incarnation
	ended := p.past
	p.past = nil
	if p.life <= d.Incarnation {
		ended = append(ended, p.epoch)
		p.epoch = epoch{life: p.life}
	}
	least, most := uint64(0), uint64(0)
	for _, e := range ended {
		if e.fatal > 0 {
			least, most = least+e.sent-e.fatal, most+e.sent-e.fatal
		} else {
			most += e.sent - e.acked
		}
	}
	if lost := uint64(d.Lost); lost < least || lost > most {
		return fmt.Errorf("death of %v: %d messages lost: want %d to %d, sent to %v", d.Core, lost,
			least, most, ended)
	}
	return nil
}

// conduct does the executioner's part of a round.
func (i *island) conduct() error {
	random := rand.New(rand.NewPCG(i.seed, i.round))
	victim := random.IntN(len(i.peers))
	executioner := (victim + 1) % len(i.peers)
	if i.round == i.deaths || int(i.own.Index()) != executioner {
		return nil
	}
	p := i.peers[victim]
	switch {
	case i.killed == 0 && i.well():
		way := random.IntN(ways)
		fmt.Printf("mortality: round %d: %v ends life %d of %v in way %d\n", i.round, i.own, p.life,
			p.Peer(), way)
		i.killed = p.life
		return i.kill(p, way)
	case i.killed == 0:
	case i.dead(p):
		if err := i.Core().Start(p.Peer()); err != nil {
			return fmt.Errorf("start %v: %w", p.Peer(), err)
		}
	case p.got > 0 && p.life > i.killed:
		i.killed = 0
		fmt.Printf("mortality: round %d is over\n", i.round)
		i.round++
	}
	return nil
}

// well tells whether every peer was heard often enough in its present life.
func (i *island) well() bool {
	for _, p := range i.peers {
		if p == nil {
			continue
		}
		e, ok := i.Core().Epitaph(p.Peer())
		if !p.Up() || p.got < wellAfter || ok && e.Incarnation >= p.life {
			return false
		}
	}
	return true
}

// kill ends a peer's life. The two ways that a watchdog must find out take seconds, and are rare.
func (i *island) kill(p *peer, way int) error {
	switch way {
	case 0:
		p.order = spinNow
	case 1:
		return i.look.Provoke(p.Peer(), kernel.HangInDriver)
	default:
		return i.killQuickly(p, way%3)
	}
	return nil
}

func (i *island) killQuickly(p *peer, way int) error {
	switch way {
	case 0:
		p.order = panicNow
		return nil
	case 1:
		return i.look.Provoke(p.Peer(), kernel.FaultInDriver)
	default:
		return i.Core().Stop(p.Peer())
	}
}

// dead tells whether a killed peer is dead, and its channel is down.
func (i *island) dead(p *peer) bool {
	s, err := i.look.Status(p.Peer())
	return err == nil && s.State != kernel.Running && !p.Up()
}
