package kv

// What clients are told, in Redis's words but for the last.
const (
	tooManyClients = "ERR max number of clients reached"
	badDatabase    = "ERR DB index is out of range"
	badName        = "ERR Client names cannot contain spaces, newlines or special characters."
	inDoubt        = "INDOUBT the core that carried out the command died: it may or may not be done"
)
