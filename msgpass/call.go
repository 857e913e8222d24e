package msgpass

// A call slot is a line in which a request goes one way and its reply comes back: the fastest round
// trip that there is, since only one line moves. The line is the caller's while its header is zero
// or a reply, and the callee's while it is a request. A header that is neither is nobody's: the end
// that wrote it gets no answer. Call slots are for ends that poll them: a WaitSet does not, and
// nobody is kicked.

// Caller is the calling end of a call slot.
type Caller struct{ line *Line }

// Callee is the answering end of a call slot.
type Callee struct{ line *Line }

// NewCaller returns the calling end of the call slot in a line whose header is zero.
func NewCaller(l *Line) Caller { return Caller{l} }

// NewCallee returns the answering end of the call slot in a line.
func NewCallee(l *Line) Callee { return Callee{l} }

// Line returns the line, for the request before Call and the reply after Reply.
func (c Caller) Line() *Line { return c.line }

// Call hands the request over. The caller has no other call in the slot.
func (c Caller) Call(h Header) {
	storeOrdered(&c.line[headerWord], uint64(h)) // ORDER: the request; pairs with Request.
}

// Reply returns the reply's header, or zero while there is none.
func (c Caller) Reply() Header {
	return c.line.header().ifCall(FlagReply) // ORDER: acquires the reply; pairs with Answer.
}

// Line returns the line, for the request after Request and the reply before Answer.
func (c Callee) Line() *Line { return c.line }

// Request returns the request's header, or zero while there is none.
func (c Callee) Request() Header {
	return c.line.header().ifCall(0) // ORDER: acquires the request; pairs with Call.
}

// Answer hands the reply over, with the request's type and tag if h has them.
func (c Callee) Answer(h Header) {
	storeOrdered(&c.line[headerWord], uint64(h|FlagReply)) // ORDER: the reply; pairs with Reply.
}
