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
	"log/slog"

	"github.com/braid-go/braid/inspect"
	"github.com/braid-go/braid/internal/socket"
)

func init() {
	l, err := socket.Listen()
	if err != nil {
		slog.LogAttrs(context.Background(), slog.LevelWarn, "inspect/auto: this program cannot be looked into", slog.Any("error", err))
		return
	}
	go func() { _ = inspect.Serve(context.Background(), l) }()
}
