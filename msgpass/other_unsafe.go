//go:build !amd64

package msgpass

import "unsafe"

// Pause is for polling loops; this processor has no hint for them that Go can give.
func Pause() {}

// copyString copies n bytes.
func copyString(dst, src *byte, n int) {
	// SAFETY: the caller passes the first bytes of two slices of at least n bytes.
	copy(unsafe.Slice(dst, n), unsafe.Slice(src, n))
}
