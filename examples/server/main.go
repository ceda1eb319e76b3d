// Command server is a small shop: an HTTP server over a pool of database
// connections, with a worker that sends mail, started, watched and stopped by
// package service.
//
//	go run ./examples/server
//	curl -d book localhost:8080/orders
//	curl localhost:8080/readyz
//
// Ctrl-C stops it softly: requests under way are answered, the mail that waits is
// sent, and the pool is closed last. A second Ctrl-C stops it hard.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/braid-go/braid/service"
)

func main() {
	addr := flag.String("addr", "localhost:8080", "the `address` to listen on")
	flag.Parse()
	if err := run(context.Background(), *addr, os.Stdout, service.Signals()); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr string, out io.Writer, opts ...service.Option) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	logger := log.New(out, "", log.Ltime|log.Lmicroseconds)
	logger.Printf("listening on http://%v, Ctrl-C stops", l.Addr())
	s := newShop(4, func(ctx context.Context, to string) error {
		logger.Println("mail sent:", to)
		return nil
	})
	return service.Run(ctx, s.parts(l, s.handler()), append(opts,
		service.Name("shop"),
		service.Grace(10*time.Second),
		service.Backoff{Delay: 100 * time.Millisecond, Factor: 2, MaxDelay: 10 * time.Second},
		service.Observe(func(e service.Event) { logger.Println(e) }))...)
}

// parts says what the shop is made of. The API gets some of the grace of the
// whole, so that enough is left for the mail.
func (s *shop) parts(l net.Listener, h http.Handler) []service.Part {
	return []service.Part{
		{Name: "pool", Run: s.pool.run},
		{Name: "mail", Needs: []string{"pool"}, Run: s.mail.run, Restart: service.OnFailure},
		{Name: "api", Needs: []string{"pool", "mail"}, Grace: 7 * time.Second,
			Run: service.HTTPOn(l, &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second})},
	}
}
