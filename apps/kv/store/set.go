package store

// setOptions are what follows a SET's value.
type setOptions struct {
	unit                 string // of the expiry: "ex", "px", or "" for none
	expiry               []byte
	nx, xx, get, keepTTL bool
}

// set: SET key value [NX | XX] [GET] [EX seconds | PX milliseconds | KEEPTTL].
func set(s *Store, args [][]byte) {
	key, value := args[0], args[1]
	if len(args) == 2 { // by far the most
		e := s.find(key)
		if s.room(growth(e, key, len(value))) {
			s.expireAt(s.put(e, key, value), 0)
			s.ok()
		}
		return
	}
	options, ok := parseSet(args[2:])
	if !ok {
		s.fail(SyntaxError)
		return
	}
	var expiry int64
	if options.unit != "" {
		if expiry, ok = s.expiry("set", options.expiry, options.unit == "ex"); !ok {
			return
		}
	}
	s.setWith(options, key, value, expiry)
}

func (s *Store) setWith(options setOptions, key, value []byte, expiry int64) {
	e := s.find(key)
	old := s.alive(e)
	skip := options.nx && old != nil || options.xx && old == nil
	if !skip && !s.room(growth(e, key, len(value))) {
		return
	}
	switch {
	case options.get:
		s.value(old)
	case skip:
		s.null()
	default:
		s.ok()
	}
	if skip {
		return
	}
	e = s.put(e, key, value)
	if !options.keepTTL {
		s.expireAt(e, expiry)
	}
}

func parseSet(words [][]byte) (o setOptions, ok bool) {
	for i := 0; i < len(words); i++ {
		word, more := words[i], i+1 < len(words)
		switch {
		case is(word, "nx") && !o.xx:
			o.nx = true
		case is(word, "xx") && !o.nx:
			o.xx = true
		case is(word, "get"):
			o.get = true
		case is(word, "keepttl") && o.unit == "":
			o.keepTTL = true
		case is(word, "ex") && !o.keepTTL && o.unit != "px" && more:
			i++
			o.unit, o.expiry = "ex", words[i]
		case is(word, "px") && !o.keepTTL && o.unit != "ex" && more:
			i++
			o.unit, o.expiry = "px", words[i]
		default:
			return o, false
		}
	}
	return o, true
}
