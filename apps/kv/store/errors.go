package store

// What clients are told, in Redis's words.
const (
	OutOfMemory   = "OOM command not allowed when used memory > 'maxmemory'."
	SyntaxError   = "ERR syntax error"
	NotInteger    = "ERR value is not an integer or out of range"
	overflow      = "ERR increment or decrement would overflow"
	decrOverflow  = "ERR decrement would overflow"
	tooLong       = "ERR string exceeds maximum allowed size (proto-max-bulk-len)"
	badOffset     = "ERR offset is out of range"
	BadCursor     = "ERR invalid cursor"
	flagsConflict = "ERR NX and XX, GT or LT options at the same time are not compatible"
	orderConflict = "ERR GT and LT options at the same time are not compatible"
	malformed     = "ERR store: no command: want the number of one, and whole arguments"
)
