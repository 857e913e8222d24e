package store

import (
	"strconv"

	"skerry/apps/kv/resp"
)

// sweep: *sweep position. It answers with the position to go on from, 0 after the last, and the
// keys that have expired among those that it looked at. Looking changes nothing: who asked removes
// them by *evict, like a client, in all copies.
func sweep(s *Store, args [][]byte) {
	from, err := strconv.ParseUint(string(args[0]), 10, 64)
	if err != nil || position(from) >= positionEnd {
		s.fail(BadCursor)
		return
	}
	found := []string{""}
	p := position(from)
	if s.volatile == 0 {
		p = positionEnd
	}
	for looks := 0; p < positionEnd && looks < sweepBuckets && len(found) <= sweepKeysMax; looks++ {
		var e *entry
		for e, p = s.at(p); e != nil; e = e.next {
			if s.gone(e) {
				found = append(found, string(e.key()))
			}
		}
	}
	found[0] = strconv.FormatUint(uint64(p%positionEnd), 10)
	s.reply = resp.AppendCommand(s.reply, found...)
}

// evict: *evict key... It removes those that have expired.
func evict(s *Store, args [][]byte) {
	for _, key := range args {
		s.writable(key)
	}
	s.ok()
}

// stat answers with the numbers of [Stat], in order.
func stat(s *Store, _ [][]byte) {
	numbers := []int64{int64(s.count), int64(s.volatile), s.bytes, s.bytesMax, int64(s.expired)}
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.FormatInt(n, 10)
	}
	s.reply = resp.AppendCommand(s.reply, texts...)
}

// Stat is what a store tells of itself.
type Stat struct {
	Keys     int64 // expired ones that were not yet removed among them
	Volatile int64 // keys with an expiry
	Bytes    int64 // of memory that the keys take
	BytesMax int64
	Expired  int64 // keys removed because they had expired
}

// ParseStat reads the reply to StatCommand.
func ParseStat(reply []byte) (st Stat, err error) {
	words, _, err := resp.Split(reply, nil)
	if err != nil {
		return st, err
	}
	fields := []*int64{&st.Keys, &st.Volatile, &st.Bytes, &st.BytesMax, &st.Expired}
	for i := range min(len(fields), len(words)) {
		*fields[i], _ = resp.Int(words[i])
	}
	return st, nil
}

// Add adds the numbers of another store.
func (st *Stat) Add(other Stat) {
	st.Keys += other.Keys
	st.Volatile += other.Volatile
	st.Bytes += other.Bytes
	st.BytesMax += other.BytesMax
	st.Expired += other.Expired
}
