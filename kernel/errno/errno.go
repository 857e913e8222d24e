// Package errno has the error numbers of Linux on x86-64 that instances are given: negative, as a
// system call returns them. 0 or more is no error.
package errno

// The numbers, from Linux's include/uapi/asm-generic/errno-base.h and errno.h.
const (
	EPERM        int64 = -1
	ENOENT       int64 = -2
	ESRCH        int64 = -3
	EINTR        int64 = -4
	EBADF        int64 = -9
	EAGAIN       int64 = -11
	ENOMEM       int64 = -12
	EFAULT       int64 = -14
	EBUSY        int64 = -16
	EEXIST       int64 = -17
	ENODEV       int64 = -19
	ENOTDIR      int64 = -20
	EISDIR       int64 = -21
	EINVAL       int64 = -22
	EMFILE       int64 = -24
	EFBIG        int64 = -27
	ENOSPC       int64 = -28
	ESPIPE       int64 = -29
	EROFS        int64 = -30
	EPIPE        int64 = -32
	ERANGE       int64 = -34
	ENAMETOOLONG int64 = -36
	ENOSYS       int64 = -38
	ENOTEMPTY    int64 = -39
	ETIMEDOUT    int64 = -110
	EALREADY     int64 = -114
)
