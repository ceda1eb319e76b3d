package socket

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// This file listens at sockets, and removes those at which nobody does.

// Listen opens this program's socket, for its user alone, and removes what
// programs that run no more have left beside it.
func Listen() (net.Listener, error) {
	dir, err := Dir()
	if err != nil {
		return nil, err
	}
	sweep(dir)
	return listen(Path(dir, os.Getpid()))
}

func listen(path string) (net.Listener, error) {
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	// Nobody else can reach it meanwhile: the directory is the user's.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("the socket stays closed: %w", err), l.Close())
	}
	return l, nil
}

// patience is how long a program may take to be found alive.
const patience = 100 * time.Millisecond

// sweep removes the sockets at which nobody listens. It asks them, and not the
// system for their processes, which may be of another container.
func sweep(dir string) {
	for _, path := range All(dir) {
		if _, ok := PID(path); !ok {
			continue
		}
		switch c, err := net.DialTimeout("unix", path, patience); {
		case err == nil:
			c.Close()
		case Refused(err):
			os.Remove(path)
		}
	}
}
