package store

// table is a hash table whose order is that of its keys' hashes: a bucket holds the keys whose
// hashes have the same high bits. So a place in the table is a hash, and stays one when the table
// doubles: [position] is what SCAN and snapshots go on from.
//
// A table doubles by splitting its buckets one by one, in order, whenever a key is added. It never
// shrinks, but when it is emptied.
type table struct {
	seed     uint64
	bits     uint     // there are 1<<bits buckets
	buckets  []*entry // those from split on are in use
	doubled  []*entry // while the table doubles, those below 2*split are in use
	split    int
	count    int   // keys
	volatile int   // keys with an expiry
	bytes    int64 // memory, as entryBytes counts it
}

// position is a hash's high bits, by which buckets are ordered: the place where a bucket begins.
type position uint64

// Positions have 48 bits, so that a cursor with a shard in it is a positive number for all clients.
const (
	positionBits = 48
	positionEnd  = position(1) << positionBits
)

// empty removes all keys.
func (t *table) empty() {
	*t = table{seed: t.seed, bits: bucketsMinBits, buckets: make([]*entry, 1<<bucketsMinBits)}
}

// bucket returns where the chain of a hash's bucket begins.
func (t *table) bucket(hash uint64) **entry {
	i := hash >> (64 - t.bits)
	if int(i) < t.split {
		return &t.doubled[hash>>(64-t.bits-1)]
	}
	return &t.buckets[i]
}

// at returns the bucket that holds a position, and the position after it.
func (t *table) at(p position) (first *entry, next position) {
	hash := uint64(p) << (64 - positionBits)
	bits := t.bits
	if int(hash>>(64-bits)) < t.split {
		bits++
	}
	return *t.bucket(hash), (p>>(positionBits-bits) + 1) << (positionBits - bits)
}

func (t *table) find(key []byte) *entry {
	hash := Hash(key, t.seed)
	e := *t.bucket(hash)
	for e != nil && (e.hash != hash || string(e.key()) != string(key)) {
		e = e.next
	}
	return e
}

// insert adds a key that is not there, with an empty value.
func (t *table) insert(key []byte) *entry {
	t.grow()
	e := newEntry(key, Hash(key, t.seed))
	bucket := t.bucket(e.hash)
	e.next, *bucket = *bucket, e
	t.count++
	t.bytes += entryBytes + int64(len(key))
	return e
}

func (t *table) remove(e *entry) {
	t.expireAt(e, 0)
	link := t.bucket(e.hash)
	for *link != e {
		link = &(*link).next
	}
	*link = e.next
	t.count--
	t.bytes -= entryBytes + int64(e.textBytes)
}

// resize gives the entry's value a length. Its bytes up to the shorter length stay.
func (t *table) resize(e *entry, length int) {
	t.bytes += int64(length) - int64(e.valueBytes())
	e.resize(int(e.keyBytes) + length)
}

// expireAt sets when a key expires; 0: never.
func (t *table) expireAt(e *entry, expiry int64) {
	if e.expiry != 0 {
		t.volatile--
	}
	if expiry != 0 {
		t.volatile++
	}
	e.expiry = expiry
}

// grow splits buckets while the table doubles, and begins to double it when it has a key for each.
func (t *table) grow() {
	if t.doubled == nil {
		if t.count < len(t.buckets) || t.bits == bucketsMaxBits {
			return
		}
		t.doubled = make([]*entry, 2*len(t.buckets))
	}
	for range splitsPerInsert {
		if t.split == len(t.buckets) {
			t.bits++
			t.buckets, t.doubled, t.split = t.doubled, nil, 0
			return
		}
		e := t.buckets[t.split]
		t.buckets[t.split] = nil
		t.split++
		for e != nil {
			next := e.next
			bucket := t.bucket(e.hash)
			e.next, *bucket = *bucket, e
			e = next
		}
	}
}
