package shell

import "fmt"

// member serves Member.
type member struct{ *shell }

// Joined implements MemberServer.
func (m *member) Joined(*MemberPeer) {}

// Left implements MemberServer.
func (m *member) Left(*MemberPeer) {}

// Crash implements MemberServer.
func (m *member) Crash(peer *MemberPeer) { m.finish(crash(peer.Port().Core().String())) }

// crash returns an end by panic.
func crash(by string) func() error {
	return func() error { panic(fmt.Sprintf("shell: %s asked for a panic", by)) }
}

// Spin implements MemberServer.
func (m *member) Spin(*MemberPeer) { m.finish(m.spin) }

// spin does not return where the driver can spin.
func (sh *shell) spin() error {
	if sh.look != nil {
		sh.look.Spin()
	}
	return errLook
}

// Note implements MemberServer. A core that has the console believes no other.
func (m *member) Note(peer *MemberPeer, reply MemberNoteReply, number uint32, status uint8,
	text []byte) {
	if !m.seat.known || m.seat.holder != m.core.Boot().Core {
		m.seat = seat{
			holder: peer.Port().Core(), known: true,
			note: note{number: number, status: status, text: string(text)},
		}
	}
	reply.Send()
}

// echo serves Echo.
type echo struct{}

// Joined implements EchoServer.
func (echo) Joined(*EchoPeer) {}

// Left implements EchoServer.
func (echo) Left(*EchoPeer) {}

// Ping implements EchoServer.
func (echo) Ping(_ *EchoPeer, reply EchoPingReply, seq uint64) { reply.Send(seq) }

// Load implements EchoServer.
func (echo) Load(*EchoPeer, uint64) {}
