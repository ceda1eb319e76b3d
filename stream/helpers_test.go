package stream_test

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/stream"
)

// This file holds what the tests share.

var (
	errOne = errors.New("one went wrong")
	errTwo = errors.New("two went wrong")
	errWhy = errors.New("why it was cancelled")
)

// An end is how a function came to its end on a goroutine of its own.
type end struct {
	err      error
	panicked any
	exited   bool
}

// howEnded calls f where it may panic or call Goexit.
func howEnded(f func() error) (e end) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := false
		defer func() {
			if !returned {
				e.panicked = recover()
				e.exited = e.panicked == nil
			}
		}()
		e.err = f()
		returned = true
	}()
	<-done
	return e
}

// panicOf gives the text that f panics with, or "".
func panicOf(f func()) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text, _ = v.(string)
		}
	}()
	f()
	return ""
}

// upTo yields 0 to n-1.
func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func double(_ context.Context, i int) (int, error) { return 2 * i, nil }

// spin takes some nanoseconds for each round.
//
//go:noinline
func spin(rounds, seed int) int {
	x := uint64(seed) | 1
	for range rounds {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return int(x)
}

// sparsely gives n where items share tasks and it matters which of them do, and
// fewer under the race detector, where none do and each is a thousand times as
// dear.
func sparsely(n, fewer int) int {
	if racing {
		return fewer
	}
	return n
}

// at checks that in the bubble the time since start is d.
func at(t *testing.T, start time.Time, d time.Duration, what string) {
	t.Helper()
	if got := time.Since(start); got != d {
		t.Errorf("%s at %v, want %v", what, got, d)
	}
}

// live runs f in a bubble, with a context and the time of its start.
func live(t *testing.T, f func(t *testing.T, ctx context.Context, start time.Time)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, context.Background(), time.Now()) })
}

// wantPlainCancel checks that err is no group and matches all the targets.
func wantPlainCancel(t *testing.T, err error, targets ...error) {
	t.Helper()
	var ge *braid.GroupError
	if err == nil || errors.As(err, &ge) {
		t.Errorf("got %v, want one plain cancellation", err)
		return
	}
	for _, target := range targets {
		if !errors.Is(err, target) {
			t.Errorf("%v does not match %v", err, target)
		}
	}
}

// settleGoroutines waits until no more than n goroutines are left, for as long
// as the scheduler needs to let go of those that have ended.
func settleGoroutines(t *testing.T, n int) {
	t.Helper()
	for i := range 100_000 {
		if runtime.NumGoroutine() <= n {
			return
		}
		runtime.Gosched()
		if i%100 == 99 {
			runtime.GC()
		}
	}
	buf := make([]byte, 1<<16)
	t.Errorf("%d goroutines are left, want %d\n%s", runtime.NumGoroutine(), n, buf[:runtime.Stack(buf, true)])
}

// options puts together those of a stage.
func options(unordered bool, limit int, more ...braid.StreamOption) []braid.StreamOption {
	opts := append([]braid.StreamOption{braid.Limit(limit)}, more...)
	if unordered {
		opts = append(opts, stream.Unordered)
	}
	return opts
}
