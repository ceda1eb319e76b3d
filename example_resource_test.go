package braid_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/braid-go/braid"
)

// This file shows what looks after resources: cleanup, connections that belong
// to tasks, calls that know no context.

// A directory that the tasks share goes after the last of them has ended.
func ExampleGroup_Defer() {
	var dir string
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) (err error) {
		if dir, err = os.MkdirTemp("", "braid"); err != nil {
			return err
		}
		if err := g.Defer(func(context.Context) error { return os.RemoveAll(dir) }); err != nil {
			return err
		}
		for _, name := range []string{"a", "b"} {
			g.Go(func(ctx context.Context) error {
				return os.WriteFile(dir+"/"+name, []byte("part "+name), 0o600)
			})
		}
		return nil
	})
	_, gone := os.Stat(dir)
	fmt.Println(err, errors.Is(gone, os.ErrNotExist))
	// Output:
	// <nil> true
}

// A server hands each connection to a task, which owns it: it is closed once
// the task has returned, or at once if the server is shutting down.
func ExampleGoWith() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		connect := func() net.Conn {
			client, server := net.Pipe()
			braid.GoWith(g, server, func(ctx context.Context, conn net.Conn) error {
				_, err := io.WriteString(conn, "welcome")
				return err
			})
			return client
		}
		greeting, err := io.ReadAll(connect())
		fmt.Printf("%q %v\n", greeting, err)

		g.Cancel()
		greeting, err = io.ReadAll(connect()) // refused, but not forgotten
		fmt.Printf("%q %v\n", greeting, err)
		return nil
	})
	fmt.Println(err)
	// Output:
	// "welcome" <nil>
	// "" <nil>
	// <nil>
}

// A read that knows no context is ended by closing what it reads from.
func ExampleAfterFunc() {
	conn, peer := net.Pipe()
	defer peer.Close()
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		reading := make(chan struct{})
		g.Go(func(ctx context.Context) error {
			stop := braid.AfterFunc(ctx, func() { conn.Close() })
			defer stop()
			close(reading)
			_, err := conn.Read(make([]byte, 1))
			fmt.Println("read:", err)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return err
		})
		<-reading
		g.Cancel()
		return nil
	})
	fmt.Println(err)
	// Output:
	// read: io: read/write on closed pipe
	// <nil>
}

// A call that cannot be interrupted is left behind when time is up. It is
// listed until it ends, and its late result is disposed of.
func ExampleAbandon() {
	answered, disposed := make(chan struct{}), make(chan struct{})
	resolve := func() (string, error) { // a C library that takes its time
		<-answered
		return "192.0.2.1", nil
	}
	err := braid.Timeout(context.Background(), 5*time.Millisecond, func(ctx context.Context) error {
		_, err := braid.Abandon(ctx, resolve, func(addr string, err error) {
			fmt.Println("too late:", addr, err)
			close(disposed)
		})
		return err
	})
	_, timedOut := braid.TimedOut(err)
	fmt.Println("timed out:", timedOut)
	close(answered)
	<-disposed
	// Output:
	// timed out: true
	// too late: 192.0.2.1 <nil>
}

// A health page that shows what was left behind.
func ExampleAbandoned() {
	answered, disposed := make(chan struct{}), make(chan struct{})
	_, _ = braid.MoveOn(context.Background(), 5*time.Millisecond, func(ctx context.Context) error {
		_, err := braid.Abandon(ctx, func() (int, error) { <-answered; return 0, nil },
			func(int, error) { close(disposed) }, braid.Name("license check"))
		return err
	})
	for _, call := range braid.Abandoned() {
		if call.Name == "license check" {
			fmt.Println(call.Name, "in", call.Site.String()[:len("example")], call.Since.IsZero())
		}
	}
	close(answered)
	<-disposed
	// Output:
	// license check in example false
}

// What is known of a call that was left behind.
func ExampleAbandonedCall() {
	hung := func(c braid.AbandonedCall) bool { return time.Since(c.Since) > time.Minute }
	for _, c := range []braid.AbandonedCall{
		{Name: "dns lookup", Since: time.Now()},
		{Name: "license check", Since: time.Now().Add(-time.Hour)},
	} {
		fmt.Println(c.Name, hung(c))
	}
	// Output:
	// dns lookup false
	// license check true
}

// Two connections are served at a time; the third is accepted when one of them has ended.
func ExampleGoWaitWith() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	err = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		for range 3 {
			client, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				return err
			}
			defer client.Close()
			conn, err := listener.Accept()
			if err != nil {
				return err
			}
			err = braid.GoWaitWith(ctx, g, conn, func(ctx context.Context, conn net.Conn) error {
				_, err := io.WriteString(conn, "welcome\n")
				return err
			})
			if err != nil {
				return err // and conn is closed
			}
		}
		return nil
	}, braid.Limit(2))
	fmt.Println(err, listener.Close())
	// Output: <nil> <nil>
}
