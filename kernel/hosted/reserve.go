package hosted

// Reserve has a janitor make sure that so many huge pages are free, for a program that takes them
// without a machine. The program calls taken when it has them, since until then no launcher is let
// at the pool, and giveBack at its end; if it is killed, the janitor gives them back all the same.
// The janitor is a command as in Config. After an error both functions do nothing.
func Reserve(janitor []string, pages int) (taken, giveBack func(), err error) {
	r, err := reserve(janitor, poolDir, pages)
	return r.taken, r.giveBack, err
}
