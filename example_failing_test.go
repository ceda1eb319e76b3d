package braid_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/braid-go/braid"
)

// This file shows the options that say what becomes of failures, panics and
// tasks that do not obey.

// Cleanup that hangs is cut off when the grace is over.
func ExampleGrace() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		return g.Defer(func(ctx context.Context) error {
			<-ctx.Done() // a server that does not answer the goodbye
			return context.Cause(ctx)
		})
	}, braid.Grace(5*time.Millisecond))
	_, timedOut := braid.TimedOut(err)
	fmt.Println("cut off:", timedOut)
	// Output:
	// cut off: true
}

// Who does not come when called is reported.
func ExampleOnStall() {
	started, release := make(chan struct{}), make(chan struct{})
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			close(started)
			<-release // does not look at ctx
			return nil
		}, braid.Name("flush"))
		<-started
		g.Cancel()
		return nil
	}, braid.Name("logger"), braid.Grace(5*time.Millisecond), braid.OnStall(func(s braid.Stall) {
		fmt.Println(s.Group, "waits for", s.Tasks[len(s.Tasks)-1].Path)
		close(release)
	}))
	fmt.Println(err)
	// Output:
	// logger waits for logger/flush
	// <nil>
}

// A report for an alert: what is stuck, and since when.
func ExampleStall() {
	alert := func(s braid.Stall) string {
		return fmt.Sprintf("%s: %d tasks still running %v after the cancel", s.Group, len(s.Tasks)+s.More, s.Since)
	}
	fmt.Println(alert(braid.Stall{
		Group: "server",
		Since: 30 * time.Second,
		Tasks: []braid.StalledTask{{Path: "server/upload"}, {Path: "server/index"}},
		More:  3,
	}))
	// Output:
	// server: 5 tasks still running 30s after the cancel
}

// Where a task is stuck, and in what.
func ExampleStalledTask() {
	started, release := make(chan struct{}), make(chan struct{})
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			close(started)
			<-release
			return nil
		}, braid.Name("flush"))
		<-started
		g.Cancel()
		return nil
	}, braid.Grace(5*time.Millisecond), braid.OnStall(func(s braid.Stall) {
		task := s.Tasks[len(s.Tasks)-1]
		fmt.Println(task.Path)
		fmt.Println("in this file:", strings.Contains(task.Blocked, "example_failing_test.go"))
		close(release)
	}))
	// Output:
	// flush
	// in this file: true
}

// The connections of a server have nothing to do with each other: one that
// fails is recorded, and the others go on.
func ExampleRun_supervised() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		failed := make(chan struct{})
		g.Go(func(ctx context.Context) error {
			defer close(failed)
			return errors.New("bad handshake")
		}, braid.Name("10.0.0.1"))
		g.Go(func(ctx context.Context) error {
			<-failed
			fmt.Println("10.0.0.2 is served, cancelled:", ctx.Err() != nil)
			return nil
		}, braid.Name("10.0.0.2"))
		return nil
	}, braid.Supervised)
	fmt.Println(err)
	// Output:
	// 10.0.0.2 is served, cancelled: false
	// 10.0.0.1: bad handshake
}

// A server that runs for years keeps the first failures and counts the rest.
func ExampleKeep() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		for i := range 1000 {
			g.Go(func(ctx context.Context) error { return fmt.Errorf("request %d failed", i) })
		}
		return nil
	}, braid.Supervised, braid.Keep(10))
	eg, _ := errors.AsType[*braid.GroupError](err)
	fmt.Println(len(eg.Errors()), "kept,", eg.Dropped(), "counted")
	// Output:
	// 10 kept, 990 counted
}

// Each failure goes to the log when it happens, not when the server ends.
func ExampleOnFailure() {
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		served := braid.Fork(g, func(ctx context.Context) (int, error) {
			return 0, errors.New("bad handshake")
		}, braid.Name("10.0.0.1"))
		<-served.Done()
		fmt.Println("the server goes on")
		return nil
	}, braid.Supervised, braid.OnFailure(func(err *braid.TaskError) {
		fmt.Println("log:", err)
	}))
	// Output:
	// log: 10.0.0.1: bad handshake
	// the server goes on
}

// Plug-ins may panic; the host treats that as a failure like others.
func ExampleRun_panicsAsErrors() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { panic("not implemented") }, braid.Name("plug-in"))
		return nil
	}, braid.PanicsAsErrors)
	if pe, ok := errors.AsType[*braid.PanicError](err); ok {
		fmt.Println(pe.Path, "panicked:", pe.Value)
	}
	// Output:
	// plug-in panicked: not implemented
}

// While developing one wants the runtime's own report of a panic, or a core
// file, from the place where it happened; in production one does not.
func ExampleRun_crashOnPanic() {
	onPanic := func() braid.GroupOption {
		if os.Getenv("GOTRACEBACK") == "crash" {
			return braid.CrashOnPanic
		}
		return braid.PanicsAsErrors
	}
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return nil })
		return nil
	}, onPanic())
	fmt.Println(err)
	// Output:
	// <nil>
}

// A server that is stuck with a panic on its hands is to be restarted, not to
// wait for a task that does not end.
func ExampleRun_crashOnStall() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error { return nil })
		return nil
	}, braid.CrashOnStall, braid.Grace(10*time.Second))
	fmt.Println(err)
	// Output:
	// <nil>
}

// A listener that is closed on cancel says so in an error that is none.
func ExampleCancelNoise() {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		listening := make(chan struct{})
		g.Go(func(ctx context.Context) error {
			defer braid.AfterFunc(ctx, func() { l.Close() })()
			close(listening)
			_, err := l.Accept()
			return err // "use of closed network connection"
		})
		<-listening
		g.Cancel()
		return nil
	}, braid.CancelNoise(func(err error) bool { return err == net.ErrClosed }))
	fmt.Println(err)
	// Output:
	// <nil>
}
