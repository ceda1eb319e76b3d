//go:build unix

package proc

import (
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// SignalName gives a signal's usual name, "SIGTERM".
func SignalName(sig syscall.Signal) string {
	if name := unix.SignalName(sig); name != "" {
		return name
	}
	return "signal " + strconv.Itoa(int(sig))
}
