package files

// Next returns the first entry of a directory at or after a position, and the position after it.
// Positions below slotsMax are slots, those above files of the manifest.
func (t *Tree) Next(dir Node, position uint64) (child Node, name []byte, next uint64, ok bool) {
	for ; position < t.slots; position++ {
		if s := &t.slot[position]; s.frame != 0 && s.parent == dir {
			return temporary(position), t.nameOf(s), position + 1, true
		}
	}
	position = max(position, slotsMax)
	for ; dir.kind() == kindImplied && position < slotsMax+t.Manifest.Files; position++ {
		child, name := t.below(dir, position-slotsMax)
		if child == none {
			continue
		}
		if first, _ := t.child(dir, name); first == child {
			return child, name, position + 1, true
		}
	}
	return none, nil, position, false
}

func (t *Tree) nameOf(s *slot) []byte { return t.Memory.Bytes(s.frame, s.nameBytes) }

// child returns the entry of a directory with a name.
func (t *Tree) child(dir Node, name []byte) (Node, bool) {
	for i := range t.slots {
		if s := &t.slot[i]; s.frame != 0 && s.parent == dir && equal(t.nameOf(s), name) {
			return temporary(i), true
		}
	}
	for i := uint64(0); dir.kind() == kindImplied && i < t.Manifest.Files; i++ {
		if child, its := t.below(dir, i); child != none && equal(its, name) {
			return child, true
		}
	}
	return none, false
}

// below returns what leads from an implied directory towards a file of the manifest, and its name;
// or none.
func (t *Tree) below(dir Node, file uint64) (Node, []byte) {
	path, start := t.path(file), int(dir.nameBytes())
	if len(path) <= start+1 || path[start] != '/' ||
		start > 0 && !equal(path[:start], t.path(dir.index())[:start]) {
		return none, nil
	}
	end := start + 1
	for end < len(path) && path[end] != '/' {
		end++
	}
	if end == len(path) {
		return image(file), path[start+1:]
	}
	return implied(file, uint64(end)), path[start+1 : end]
}
