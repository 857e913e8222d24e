package shard

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"skerry/kernel"
	"skerry/kernel/sim"
	"skerry/kernel/step"
	"skerry/test/history"
)

// cells is a State for tests: registers. Commands are "get KEY", "set KEY VALUE", "swap KEY VALUE",
// which gets what it replaces, "new KEY VALUE", which sets what is not there yet, "lend KEY VALUE",
// which sets it until the next millisecond, and "keep KEY", which gets it and has it last.
type cells struct {
	values map[string]string
	ends   map[string]int64 // milliseconds; of those that are lent
}

func newCells() State { return &cells{map[string]string{}, map[string]int64{}} }

func (c *cells) Apply(reply []byte, now int64, command []byte) ([]byte, bool) {
	words := bytes.Fields(command)
	short := len(words) == 2 && (string(words[0]) == "get" || string(words[0]) == "keep")
	if len(words) < 3 && !short {
		return append(reply, "what?"...), false
	}
	key := string(words[1])
	old, there := c.values[key]
	if end, lent := c.ends[key]; lent && end <= now {
		old, there = "", false
	}
	switch string(words[0]) {
	case "get":
		return append(reply, old...), false
	case "keep":
		if there {
			delete(c.ends, key)
		}
		return append(reply, old...), there
	case "new":
		if there {
			return append(reply, "no"...), false
		}
	}
	c.values[key] = string(words[2])
	delete(c.ends, key)
	switch string(words[0]) {
	case "lend":
		c.ends[key] = now + 1
	case "swap":
		return append(reply, old...), true
	}
	return append(reply, "ok"...), true
}

func (c *cells) Read(reply, command []byte) ([]byte, bool) {
	words := bytes.Fields(command)
	if len(words) > 1 && c.ends[string(words[1])] > 0 {
		return reply, false
	}
	longer, _ := c.Apply(reply, 0, command)
	return longer, true
}

func (c *cells) Replay(reply []byte, now int64, command []byte) []byte {
	longer, _ := c.Apply(reply, now, command)
	return longer
}

var errChunk = errors.New("cells: not a chunk")

// cellParts is into how many parts a snapshot is cut: by the last byte of the key.
const cellParts = 2

func cellPart(key string) uint64 { return uint64(key[len(key)-1]) % cellParts }

func (c *cells) Snapshot(chunk []byte, cursor uint64) ([]byte, uint64) {
	chunk = append(chunk, byte(cursor))
	for _, key := range slices.Sorted(maps.Keys(c.values)) {
		if cellPart(key) == cursor {
			chunk = fmt.Appendf(chunk, "%s %s", key, c.values[key])
			if end, lent := c.ends[key]; lent {
				chunk = fmt.Appendf(chunk, " %d", end)
			}
			chunk = append(chunk, '\n')
		}
	}
	return chunk, (cursor + 1) % cellParts
}

func (c *cells) Restore(chunk []byte) error {
	if len(chunk) == 0 || chunk[0] >= cellParts {
		return errChunk
	}
	part, rest := uint64(chunk[0]), chunk[1:]
	maps.DeleteFunc(c.values, func(key, _ string) bool { return cellPart(key) == part })
	for line := range bytes.Lines(rest) {
		words := bytes.Fields(line)
		if len(words) < 2 {
			return errChunk
		}
		c.values[string(words[0])] = string(words[1])
		delete(c.ends, string(words[0]))
		if len(words) > 2 {
			c.ends[string(words[0])], _ = strconv.ParseInt(string(words[2]), 10, 64)
		}
	}
	return nil
}

func (*cells) Expect([][]byte) {}

func (*cells) ChunkBytesMax() int64 { return 1 << 20 }

func (c *cells) Reset() {
	clear(c.values)
	clear(c.ends)
}

// world is a simulated machine that runs a store, and its clients.
type world struct {
	net     *sim.Net
	ids     []kernel.CoreID
	shards  int
	dice    *rand.Rand
	plant   func(*site, step.Event) func() // a bug: runs before a step, and what it returns after
	clients []*worldClient
	past    history.History
	errands []entry // of stories
	burst   []entry // of stories: a core gets them together
	empty   func() State
	patient bool // cores that never lived are waited for
	keys    int
	values  int
	numbers int
	counts  counts // of dead machines
	// A shard is redundant from when a primary has a backup until one that holds it dies.
	redundant []bool
}

// site is a core of the world: its machine, and what the driver knows of the dead when it starts.
type site struct {
	*machine
	world *world
	self  kernel.CoreID
}

// worldClient makes one request after the other, at a core that lives.
type worldClient struct {
	number int
	core   kernel.CoreID
	life   uint64
	busy   bool
	op     int // in the history; or -1
}

// newWorld returns a world in which each core is the home of a shard.
func newWorld(cfg sim.Config, clients, keys int) *world {
	return newSparingWorld(cfg, 0, clients, keys)
}

// newSparingWorld returns one in which some cores, the last ones, are spares.
func newSparingWorld(cfg sim.Config, spares, clients, keys int) *world {
	w := &world{
		dice: rand.New(rand.NewPCG(cfg.Seed, 77)), keys: keys,
		shards: cfg.Cores - spares, redundant: make([]bool, cfg.Cores-spares), empty: newCells,
	}
	for i := range cfg.Cores {
		w.ids = append(w.ids, kernel.MakeCoreID(0, uint16(i)))
	}
	w.net = sim.NewNet(cfg, func(boot kernel.BootInfo) step.Machine {
		m := newMachine(w.ids, w.shards, int(boot.Core.Index()), 0, 512, w.empty)
		return &site{machine: m, world: w, self: boot.Core}
	})
	w.patient = cfg.Seed%2 == 0
	for range clients {
		w.clients = append(w.clients, &worldClient{})
	}
	return w
}

func (s *site) Step(in step.Event, out step.Outbox) {
	var after func()
	if s.world.plant != nil {
		after = s.world.plant(s, in)
	}
	switch in.Kind {
	case step.Command:
		s.begin(in.Now, s.boxed(out))
		s.world.ask(s, in.Body)
		s.end()
	default:
		s.machine.Step(in, out)
	}
	if after != nil {
		s.begin(in.Now, s.boxed(out))
		after()
		s.end()
	}
	if in.Kind != step.Boot {
		return
	}
	for _, id := range s.world.ids {
		life := s.world.net.Incarnation(id)
		if s.world.net.Machine(id) == nil && (life > 0 || !s.world.patient) {
			s.machine.Step(step.Event{
				Kind: step.Death, Now: in.Now, From: id, Incarnation: life,
			}, out)
		}
	}
}

// site returns what runs on a core, nil if it is dead.
func (w *world) site(id kernel.CoreID) *site {
	s, _ := w.net.Machine(id).(*site)
	return s
}

// These are numbers of no client: a command is the last of the world's errands, or its burst.
const (
	errand = 0xff
	burst  = 0xfe
)

// ask carries out what clients ask for together: for each its number in the world, the length of a
// command, and the command.
func (w *world) ask(s *site, body []byte) {
	if body[0] == burst {
		for _, e := range w.burst {
			s.request(0, e)
		}
		return
	}
	if body[0] == errand {
		e := w.errands[len(w.errands)-1]
		s.request(0, e)
		return
	}
	for len(body) > 0 {
		c, end := w.clients[body[0]], 2+int(body[1])
		text := bytes.Clone(body[2:end])
		body = body[end:]
		key := string(bytes.Fields(text)[1])
		shard := int(key[0]) % w.shards
		if s.routes[shard].room() == 0 {
			c.busy = false
			continue
		}
		s.request(shard, entry{
			command: text, write: text[0] != 'g', client: c.of(w), index: c.number,
		})
	}
}

// firstRead returns the shard of what is asked for first, if that is a read; or else nobody.
func (w *world) firstRead(body []byte) int {
	if len(body) < 7 || body[2] != 'g' {
		return nobody
	}
	return int(body[6]) % w.shards
}

// caller is a client of one command.
type caller struct {
	w      *world
	c      *worldClient
	number int
}

func (c *worldClient) of(w *world) client { return caller{w, c, c.number} }

func (a caller) done(index int, reply []byte, err error) {
	if a.c.number != index || a.number != a.c.number {
		return // the client went elsewhere
	}
	a.c.busy = false
	if a.c.op < 0 {
		return
	}
	if err == nil {
		a.w.past.End(a.c.op, string(reply))
	} else { // it is for ever unknown what became of it: another client goes on
		a.w.numbers++
		a.c.number = a.w.numbers
	}
}

// work lets each idle client make a request, more or less. Those at a core make theirs together.
func (w *world) work() {
	asked := make([][]byte, len(w.ids))
	for i, c := range w.clients {
		if c.busy && w.net.Machine(c.core) != nil && w.net.Incarnation(c.core) == c.life {
			continue
		}
		if c.busy || c.number == 0 || w.net.Machine(c.core) == nil || w.dice.IntN(20) == 0 {
			w.numbers++
			c.busy, c.number = false, w.numbers
			c.core = w.ids[w.dice.IntN(len(w.ids))]
		}
		if w.net.Machine(c.core) == nil || w.dice.IntN(3) == 0 {
			continue
		}
		c.life = w.net.Incarnation(c.core)
		text := w.issue(c)
		core := slices.Index(w.ids, c.core)
		asked[core] = append(append(asked[core], byte(i), byte(len(text))), text...)
	}
	for i, body := range asked {
		if len(body) == 0 {
			continue
		}
		if err := w.net.Command(w.ids[i], body); err != nil {
			panic(err)
		}
	}
}

// issue returns a client's next command.
func (w *world) issue(c *worldClient) (text string) {
	k := w.dice.IntN(w.keys)
	key := fmt.Sprintf("%c-k%c", 'a'+k%w.shards, 'a'+k)
	switch w.dice.IntN(8) {
	case 0, 1:
		w.values++
		value := fmt.Sprint("v", w.values)
		c.op = w.past.Write(c.number, key, value)
		text = fmt.Sprintf("set %s %s", key, value)
	case 2:
		w.values++
		value := fmt.Sprint("v", w.values)
		c.op = w.past.Swap(c.number, key, value)
		text = fmt.Sprintf("swap %s %s", key, value)
	case 3: // no model of the past has this; it may make copies differ
		w.values++
		c.op = -1
		text = fmt.Sprintf("new %s-new%d v%d", key[:1], w.dice.IntN(200), w.values)
	default:
		c.op = w.past.Read(c.number, key)
		text = "get " + key
	}
	c.busy = true
	return text
}

// run lets time pass, with work, and returns the first thing that is wrong.
func (w *world) run(d time.Duration) error {
	for end := w.net.Now().Add(d); w.net.Now() < end; {
		w.net.Run(time.Duration(1+w.dice.IntN(5)) * time.Microsecond)
		w.work()
		if err := w.look(); err != nil {
			return err
		}
	}
	return nil
}

// look checks what must hold at any time, and notes which shards are redundant.
func (w *world) look() error {
	for s := range w.shards {
		primary := nobody
		for i, id := range w.ids {
			site := w.site(id)
			if site == nil || site.replicas[s].role != Primary {
				continue
			}
			if primary != nobody {
				return fmt.Errorf("shard %d: cores %d and %d are primary", s, primary, i)
			}
			primary = i
			r := &site.replicas[s]
			if r.leaving != releasing && w.follows(r.backup, s, Backup) &&
				(r.learner.core == nobody || w.follows(r.learner, s, Learner)) {
				w.redundant[s] = true
			}
		}
	}
	return nil
}

// follows tells whether a follower is one.
func (w *world) follows(f follower, shard int, role Role) bool {
	if f.core == nobody {
		return false
	}
	site := w.site(w.ids[f.core])
	return site != nil && site.replicas[shard].role == role
}

// tryKill kills a core, if every shard that it holds is redundant, and has it started later.
func (w *world) tryKill(id kernel.CoreID) bool {
	s := w.site(id)
	if s == nil {
		return false
	}
	for i := range s.replicas {
		if s.replicas[i].role != None && !w.redundant[i] {
			return false
		}
	}
	for i := range s.replicas {
		if s.replicas[i].role != None {
			w.redundant[i] = false
		}
	}
	w.kill(id)
	return true
}

func (w *world) kill(id kernel.CoreID) {
	s := w.site(id)
	w.counts.lost += s.counts.lost
	w.counts.promoted += s.counts.promoted
	w.counts.restored += s.counts.restored
	w.counts.malformed += s.counts.malformed
	if err := w.net.Kill(id); err != nil {
		panic(err)
	}
}

// total returns the counts of all machines so far.
func (w *world) total() counts {
	sum := w.counts
	for _, id := range w.ids {
		if s := w.site(id); s != nil {
			sum.lost += s.counts.lost
			sum.promoted += s.counts.promoted
			sum.restored += s.counts.restored
			sum.malformed += s.counts.malformed
		}
	}
	return sum
}

// rest lets everything come to rest: all cores live, and nobody asks any more. It returns what is
// not as it should be then.
func (w *world) rest(d time.Duration) error {
	w.net.Calm()
	w.net.Run(d)
	if err := w.look(); err != nil {
		return err
	}
	if n := w.total().malformed; n > 0 {
		return fmt.Errorf("%d messages were malformed: want none", n)
	}
	for s := range w.shards {
		if err := w.atRest(s); err != nil {
			return err
		}
	}
	for i, id := range w.ids {
		if got, want := w.site(id).serves, i < w.shards; got != want {
			return fmt.Errorf("core %d of %d, %d of them spares, takes clients: %t: want %t", i,
				len(w.ids), len(w.ids)-w.shards, got, want)
		}
	}
	for _, c := range w.clients {
		if c.busy && w.net.Machine(c.core) != nil && w.net.Incarnation(c.core) == c.life {
			return fmt.Errorf("client %d has no answer from %v: want one", c.number, c.core)
		}
	}
	return nil
}

// atRest tells what is wrong with a shard: it should be at home, and have a backup with the same
// content.
func (w *world) atRest(s int) error {
	home := &w.site(w.ids[s]).replicas[s]
	if !home.serving() {
		return fmt.Errorf("shard %d: its home is %v, leaving %d: want it primary", s, home.role,
			home.leaving)
	}
	if len(w.ids) == 1 {
		return nil
	}
	if home.backup.core == nobody || home.backup.pending() {
		return fmt.Errorf("shard %d: backup %+v: want one that has everything", s, home.backup)
	}
	backup := &w.site(w.ids[home.backup.core]).replicas[s]
	if backup.role != Backup ||
		!maps.Equal(home.state.(*cells).values, backup.state.(*cells).values) {
		return fmt.Errorf("shard %d: its backup is %v and holds\n%v\nits primary holds\n%v", s,
			backup.role, backup.state.(*cells).values, home.state.(*cells).values)
	}
	for i, id := range w.ids {
		if r := &w.site(id).replicas[s]; r.role != None && r != home && r != backup {
			return fmt.Errorf("shard %d: core %d is %v: want it none", s, i, r.role)
		}
		if p := w.site(id).routes[s].primary; p != s {
			return fmt.Errorf("shard %d: core %d takes %d for its primary", s, i, p)
		}
	}
	return nil
}
