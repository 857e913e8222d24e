package store

// entry is a key with its value. Both together are its text, which lies in the entry if it is
// short: an entry is as long as a line of the processor's caches, and then all that a command looks
// at is in one.
type entry struct {
	next      *entry
	hash      uint64
	expiry    int64 // unix milliseconds; 0: none
	keyBytes  uint32
	textBytes uint32
	far       *[]byte // the text, if it is longer than near
	near      [nearBytes]byte
}

func newEntry(key []byte, hash uint64) *entry {
	e := &entry{hash: hash}
	e.resize(len(key))
	e.keyBytes = uint32(copy(e.text(), key))
	return e
}

// text returns the key, and behind it the value.
func (e *entry) text() []byte {
	if e.far != nil {
		return *e.far
	}
	return e.near[:e.textBytes]
}

// key returns the key, and value the value. They are valid until the entry changes.
func (e *entry) key() []byte   { return e.text()[:e.keyBytes] }
func (e *entry) value() []byte { return e.text()[e.keyBytes:] }

func (e *entry) valueBytes() int { return int(e.textBytes - e.keyBytes) }

// expires tells whether the key is gone by then.
func (e *entry) expires(now int64) bool { return e.expiry != 0 && e.expiry <= now }

// resize gives the text a length. Its bytes up to the shorter length stay; others are zero.
func (e *entry) resize(length int) {
	old := e.text()
	kept := min(len(old), length)
	switch {
	case length <= nearBytes && e.far == nil:
		clear(e.near[kept:length])
	case length <= nearBytes:
		e.near, e.far = [nearBytes]byte{}, nil
		copy(e.near[:], old[:kept])
	case e.valueBytes() == 0, e.far == nil, cap(old) > 2*length+spareBytesMax:
		text := make([]byte, length)
		copy(text, old)
		e.far = &text
	case cap(old) < length:
		*e.far = append(old, make([]byte, length-len(old))...)
	default:
		*e.far = old[:length]
		clear(old[:length][kept:])
	}
	e.textBytes = uint32(length)
}
