package unstopped

import (
	"os"
	"os/signal"
	"syscall"
)

// A signal that nobody receives is swallowed, for good.

func swallowQuit() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGQUIT)
}
