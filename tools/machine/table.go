package machine

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"skerry/kernel/layout"
)

// table is one table of a description. Its methods take a value by its key: the zero value if
// there is none, and if it is not what was wanted, which then is the description's error.
type table struct {
	d      *description
	place  int // top, or the index of the [[app]]
	values map[string]any
}

func (t table) refuse(key, found, want string) { t.d.refuse(t.place, key, found, want) }

// take returns the value of a key if it has the right type.
func take[T any](t table, key, want string) (value T, ok bool) {
	given, has := t.values[key]
	if !has {
		return value, false
	}
	if value, ok = given.(T); !ok {
		t.refuse(key, fmt.Sprintf("%s = %v", key, given), want)
	}
	return value, ok
}

func (t table) text(key string) string {
	text, _ := take[string](t, key, "a string")
	if strings.Contains(text, "\x00") {
		t.refuse(key, key+" with a zero byte", "none")
	}
	return text
}

func (t table) texts(key string) (texts []string) {
	const want = "a list of strings without zero bytes"
	list, _ := take[[]any](t, key, want)
	for _, item := range list {
		text, ok := item.(string)
		if !ok || strings.Contains(text, "\x00") {
			t.refuse(key, fmt.Sprintf("%s with %v", key, item), want)
		}
		texts = append(texts, text)
	}
	return texts
}

// number returns a number from low to high.
func (t table) number(key string, low, high int64) int64 {
	want := fmt.Sprintf("a number from %d to %d", low, high)
	n, ok := take[int64](t, key, want)
	if ok && (n < low || n > high) {
		t.refuse(key, fmt.Sprintf("%s = %d", key, n), want)
		return 0
	}
	return n
}

// size returns a number of bytes.
func (t table) size(key string) uint64 {
	const want = `a size such as "64MiB" or "1GiB"`
	text, ok := take[string](t, key, want)
	if !ok {
		return 0
	}
	for i, unit := range []string{"KiB", "MiB", "GiB"} {
		if digits, ok := strings.CutSuffix(text, unit); ok {
			shift := 10 * (i + 1)
			n, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 64)
			if err == nil && n > 0 && n <= memoryMax>>shift {
				return n << shift
			}
		}
	}
	t.refuse(key, fmt.Sprintf("%s = %q", key, text), want)
	return 0
}

// cores returns core numbers below count; all if the key is not there.
func (t table) cores(key string, count int) []int {
	given, has := t.values[key]
	if !has {
		given = fmt.Sprintf("0-%d", count-1)
	}
	cores, ok := parseCores(fmt.Sprint(given), count)
	if !ok {
		t.refuse(key, fmt.Sprintf("%s = %v", key, given), wantCores(count))
	}
	return cores
}

// coreSet returns a set of cores below count, a bit for each; all if the key is not there.
func (t table) coreSet(key string, count int) (set uint64) {
	given, has := t.values[key]
	switch {
	case given == "none":
		return 0
	case !has, given == "all":
		return allCores(count)
	}
	cores, ok := parseCores(fmt.Sprint(given), count)
	if !ok {
		t.refuse(key, fmt.Sprintf("%s = %v", key, given), `"all", "none", or `+wantCores(count))
	}
	for _, core := range cores {
		set |= 1 << core
	}
	return set
}

// allCores returns the set of all cores below count.
func allCores(count int) uint64 { return ^uint64(0) >> (layout.CoresMax - count) }

func wantCores(count int) string {
	return fmt.Sprintf(`cores from 0 to %d, such as 0, "0-1" or "0,2-3"`, count-1)
}

// parseCores returns core numbers below count: those of a number or of ranges such as "0,2-3".
func parseCores(text string, count int) (cores []int, ok bool) {
	for item := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(item), "-")
		if !isRange {
			last = first
		}
		low, err1 := strconv.ParseUint(first, 10, 16)
		high, err2 := strconv.ParseUint(last, 10, 16)
		if err1 != nil || err2 != nil || low > high || high >= uint64(count) {
			return nil, false
		}
		for core := int(low); core <= int(high); core++ {
			cores = append(cores, core)
		}
	}
	return cores, true
}

// require refuses a table without these keys.
func (t table) require(keys ...string) {
	for _, key := range keys {
		if _, has := t.values[key]; !has {
			t.refuse(key, "no "+key, "it")
		}
	}
}

// onlyKeys refuses other keys than these.
func (t table) onlyKeys(known ...string) {
	for _, key := range slices.Sorted(maps.Keys(t.values)) {
		if !slices.Contains(known, key) {
			t.refuse(key, fmt.Sprintf("unknown key %q", key), wantOne(key, known))
		}
	}
}
