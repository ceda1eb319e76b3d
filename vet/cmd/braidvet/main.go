// Command braidvet finds loose ends in Go code: goroutines that nobody waits
// for, waits that no cancellation ends, errors that go nowhere. "braidvet help"
// has the rules.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/braid-go/braid/vet"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := vet.Main(ctx, "braidvet", os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}
