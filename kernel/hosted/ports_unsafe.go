package hosted

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// putSocket puts a socket into a reuseport_sockarray, where it stays until it is closed.
//
// SAFETY: the call reads 4 bytes of key and 8 of value, as the map was made for, and the attributes
// in the layout that Linux gives them; all are this function's, and alive until the call returns.
func putSocket(array int, index uint16, socket uintptr) error {
	key, value := uint32(index), uint64(socket)
	update := struct { // union bpf_attr, for BPF_MAP_UPDATE_ELEM
		file       uint64
		key, value unsafe.Pointer
		flags      uint64
	}{file: uint64(array), key: unsafe.Pointer(&key), value: unsafe.Pointer(&value)}
	_, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_MAP_UPDATE_ELEM,
		uintptr(unsafe.Pointer(&update)), unsafe.Sizeof(update))
	if errno != 0 {
		return errno
	}
	return nil
}
