package pingpong

import (
	"fmt"

	"skerry/coreos"
	"skerry/kernel"
	"skerry/msgpass"
)

// server answers pings and counts what it takes.
type server struct {
	next  uint64 // number that the next message of the stream should have
	count uint64 // messages that came in their order
	bytes uint64
	sink  [msgpass.PoolBufferBytes]byte // where bulk payloads are copied to
}

// serve answers until the core that pings is dead.
func serve(s *coreos.OS, pinger kernel.CoreID) error {
	if err := ServePong(s.Loop().Services(), new(server)); err != nil {
		return err
	}
	boot := s.Core().Boot()
	fmt.Printf("%v: life %d: answers\n", boot.Core, boot.Incarnation)
	var fault error
	s.Loop().Serve(func(t coreos.Turn) bool {
		for _, d := range t.Deaths {
			if d.Core == pinger {
				return false
			}
		}
		if len(t.Faults) > 0 {
			fault = t.Faults[0]
		}
		return fault == nil
	})
	return fault
}

// Joined implements PongServer.
func (s *server) Joined(*PongPeer) {}

// Left implements PongServer.
func (s *server) Left(*PongPeer) {}

// Ping implements PongServer.
func (s *server) Ping(_ *PongPeer, reply PongPingReply, seq uint64) { reply.Send(seq) }

// Take implements PongServer.
func (s *server) Take(_ *PongPeer, seq uint64) {
	if seq == 0 {
		s.next = 0
	}
	if seq == s.next {
		s.count++
	}
	s.next = seq + 1
}

// Load implements PongServer.
func (s *server) Load(peer *PongPeer, payload msgpass.Descriptor) {
	loans := &peer.Port().Channel().Loans
	loan, err := loans.Open(payload)
	if err != nil {
		return // the count of bytes will tell
	}
	s.bytes += uint64(msgpass.Copy(s.sink[:], loan.Bytes))
	loans.Return(loan)
}

// Total implements PongServer.
func (s *server) Total(_ *PongPeer, reply PongTotalReply) {
	reply.Send(s.count, s.bytes)
	s.count, s.bytes = 0, 0
}
