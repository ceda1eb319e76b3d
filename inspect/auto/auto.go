// Package auto lets the command braid look into a program that does nothing but
// import it:
//
//	import _ "github.com/braid-go/braid/inspect/auto"
//
// Then "braid ps --pid N" and "braid top --pid N" work, for the user that runs
// the program and for nobody else. The program listens on a unix socket of mode
// 0600, in the user's runtime directory or, where there is none, in a directory
// of mode 0700 in the one for temporary files. What programs have left there that
// run no more is removed.
//
// One goroutine serves the socket for the life of the program, by design: nobody
// could end it. If there can be no socket the program goes on without, and a
// warning is written to slog.Default(). There is none on Windows.
package auto

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/braid-go/braid/inspect"
	"github.com/braid-go/braid/internal/socket"
)

func init() {
	l, err := open()
	if err != nil {
		slog.LogAttrs(context.Background(), slog.LevelWarn, "inspect/auto: this program cannot be looked into", slog.Any("error", err))
		return
	}
	go func() { _ = inspect.Serve(context.Background(), l) }()
}

func open() (net.Listener, error) {
	dir, err := socket.Dir()
	if err != nil {
		return nil, err
	}
	sweep(dir)
	return listen(socket.Path(dir, os.Getpid()))
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
	for _, path := range socket.All(dir) {
		if _, ok := socket.PID(path); !ok {
			continue
		}
		switch c, err := net.DialTimeout("unix", path, patience); {
		case err == nil:
			c.Close()
		case socket.Refused(err):
			os.Remove(path)
		}
	}
}
