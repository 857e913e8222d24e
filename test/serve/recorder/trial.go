package recorder

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Trial is a number of deaths under clients.
type Trial struct {
	Address  string
	Clients  int
	Keys     int
	Deaths   int
	Seed     uint64        // draws the victims and the moments
	PauseMax time.Duration // between two deaths
	Patience time.Duration // for the store, until it is whole
	Homes    []int         // the cores that run the store: of each shard, in order
	Victims  []int         // the cores that die: all of them in turn, in an order that is drawn

	// Renew ends a life of a core, and starts the next.
	Renew func(core int, life uint64, dice *rand.Rand) error
}

// Outcome is what came of it.
type Outcome struct {
	Counts
	Died   map[int]int // how often, by core
	Deaths int

	// For each death of a home: how long it took from the order to die until an idle connection to
	// it ended at the client, and until all shards were home again, with copies.
	Reset []time.Duration
	Whole []time.Duration
}

// Run has cores die, and judges what the clients saw. An error means that an acknowledged write was
// lost, that what was seen is not linearizable, or that a core did not come back.
func (t Trial) Run(ctx context.Context) (Outcome, error) {
	o := Outcome{Died: map[int]int{}}
	r := Start(t.Address, t.Clients, t.Keys)
	err := t.kill(ctx, &o)
	var end error
	if o.Counts, end = r.Stop(); err == nil {
		err = end
	}
	if err == nil {
		err = r.Check()
	}
	if err != nil {
		return o, fmt.Errorf("recorder: seed %d, after %d deaths: %w", t.Seed, o.Deaths, err)
	}
	return o, nil
}

// kill has one core die after the other. The store is whole when the next one does.
func (t Trial) kill(ctx context.Context, o *Outcome) error {
	dice := rand.New(rand.NewPCG(t.Seed, 0))
	var order []int
	for ; o.Deaths < t.Deaths && ctx.Err() == nil; order = order[1:] {
		if len(order) == 0 {
			order = dice.Perm(len(t.Victims))
		}
		time.Sleep(time.Duration(dice.Int64N(int64(t.PauseMax))))
		victim := t.Victims[order[0]]
		o.Deaths++
		o.Died[victim]++
		life := uint64(o.Died[victim])
		var err error
		if slices.Contains(t.Homes, victim) {
			err = t.renewHome(victim, life, dice, o)
		} else {
			err = t.Renew(victim, life, dice)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// renewHome has a core die that runs the store, and waits until the store is whole.
func (t Trial) renewHome(core int, life uint64, dice *rand.Rand, o *Outcome) error {
	w, err := newWitness(t.Address, core, t.Patience)
	if err != nil {
		return err
	}
	start := time.Now()
	if err := t.Renew(core, life, dice); err != nil {
		return err
	}
	if err := AwaitWhole(t.Address, core, t.Homes, life+1, t.Patience); err != nil {
		return err
	}
	o.Whole = append(o.Whole, time.Since(start))
	end, err := w.await()
	o.Reset = append(o.Reset, end.Sub(start))
	return err
}

// AwaitStart waits until each of the homes, in its first life, says that the store is whole.
func (t Trial) AwaitStart() error {
	for _, core := range t.Homes {
		if err := AwaitWhole(t.Address, core, t.Homes, 1, t.Patience); err != nil {
			return err
		}
	}
	return nil
}
