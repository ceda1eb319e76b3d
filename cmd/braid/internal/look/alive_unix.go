//go:build unix

package look

import "syscall"

func alive(pid int) standing {
	switch err := syscall.Kill(pid, 0); err {
	case syscall.ESRCH:
		return gone
	case syscall.EPERM:
		return foreign
	}
	return ours
}
