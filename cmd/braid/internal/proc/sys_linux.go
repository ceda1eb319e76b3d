package proc

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// What Linux gives: subreaper, parent-death signal, and /proc (see tree_linux.go).

func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func adoptOrphans() error {
	return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
}

// ownProgram works even if the file was replaced or removed meanwhile.
func ownProgram() (string, error) { return "/proc/self/exe", nil }

// poll is not needed: the end of an orphan is signalled to us.
func poll() <-chan time.Time { return nil }

// pipeName does not use f.Fd, which would make reads from f block a thread.
func pipeName(f *os.File) (name string) {
	conn, err := f.SyscallConn()
	if err != nil {
		return ""
	}
	_ = conn.Control(func(fd uintptr) {
		var st unix.Stat_t
		if unix.Fstat(int(fd), &st) == nil {
			name = "pipe:[" + itoa(st.Ino) + "]"
		}
	})
	return name
}
