// Package steer lets the cores of a hosted machine share a port of the host by a rule of ours: a
// program in Linux's kernel (sk_reuseport) that says which core's socket gets a connection.
//
// The rule is a hash of addresses and ports over all cores of the machine; a core without a socket
// passes on to the next one. So the death of a core moves nobody but its own.
package steer

import (
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"skerry/kernel/hosted"
)

// hashOffset is where the hash is in Linux's struct sk_reuseport_md (include/uapi/linux/bpf.h).
const hashOffset = 32

// New loads the program for one port that the given number of cores share. Error: Linux does not
// allow it, for want of CAP_BPF and CAP_NET_ADMIN for instance.
func New(cores int) (hosted.Steering, error) {
	array, err := ebpf.NewMap(&ebpf.MapSpec{
		Type: ebpf.ReusePortSockArray, KeySize: 4, ValueSize: 8, MaxEntries: uint32(cores),
	})
	if err != nil {
		return nil, fmt.Errorf("steer: array of %d sockets: %w", cores, err)
	}
	program, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Type: ebpf.SkReuseport, AttachType: ebpf.AttachSkReuseportSelect, License: "Apache-2.0",
		Instructions: instructions(cores, array.FD()),
	})
	if err != nil {
		array.Close()
		return nil, fmt.Errorf("steer: program for %d cores: %w", cores, err)
	}
	return &steering{array, program}, nil
}

// steering implements hosted.Steering.
type steering struct {
	array   *ebpf.Map
	program *ebpf.Program
}

func (s *steering) Array() int   { return s.array.FD() }
func (s *steering) Program() int { return s.program.FD() }

func (s *steering) Close() {
	s.array.Close()
	s.program.Close()
}

// instructions returns the program. R6 is the context, R7 the core to try.
func instructions(cores, array int) asm.Instructions {
	list := asm.Instructions{
		asm.Mov.Reg(asm.R6, asm.R1),
		asm.LoadMem(asm.R7, asm.R6, hashOffset, asm.Word),
		asm.Mod.Imm(asm.R7, int32(cores)),
	}
	for range cores {
		list = append(list,
			asm.StoreMem(asm.RFP, -4, asm.R7, asm.Word),
			asm.Mov.Reg(asm.R1, asm.R6),
			asm.LoadMapPtr(asm.R2, array),
			asm.Mov.Reg(asm.R3, asm.RFP),
			asm.Add.Imm(asm.R3, -4),
			asm.Mov.Imm(asm.R4, 0),
			asm.FnSkSelectReuseport.Call(),
			asm.JEq.Imm(asm.R0, 0, "pass"), // its socket gets the connection
			asm.Add.Imm(asm.R7, 1),
			asm.Mod.Imm(asm.R7, int32(cores)),
		)
	}
	return append(list,
		asm.Mov.Imm(asm.R0, 1).WithSymbol("pass"), // SK_PASS; without a choice, Linux makes one
		asm.Return(),
	)
}
