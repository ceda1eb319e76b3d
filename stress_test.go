package braid_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file puts the engine under load: many tasks, deep trees, and random
// programs of everything a group can do, with what must hold after each.

func TestStress_AMillionTasks(t *testing.T) {
	n := 1_000_000
	if testing.Short() || racing {
		n /= 10
	}
	for name, opts := range map[string][]braid.GroupOption{"unlimited": nil, "limit 1": {braid.Limit(1)}, "limit 8": {braid.Limit(8)}} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			var ran atomic.Int64
			err := braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
				for range n {
					g.Go(func(context.Context) error { ran.Add(1); return nil })
				}
				return nil
			}, opts...)
			if err != nil || ran.Load() != int64(n) {
				t.Errorf("%v, %d ran", err, ran.Load())
			}
			settleGoroutines(t, before)
		})
	}
}

func TestStress_ABarrierOfTasksThatAllWaitForEachOther(t *testing.T) {
	const n = 2000
	for _, procs := range []int{1, 2, 8} {
		withProcs(procs, func() {
			var arrived atomic.Int32
			all := make(chan struct{})
			err := braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
				for range n {
					g.Go(func(context.Context) error {
						if arrived.Add(1) == n {
							close(all)
						}
						<-all // hangs if one task had to wait for another's end
						return nil
					})
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestStress_ATreeAThousandGroupsDeep(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, end := range []string{"success", "failure", "cancel", "panic"} {
		var depth atomic.Int32
		e := howEnded(func() error {
			return braid.Run(context.Background(), func(ctx context.Context, top *braid.Group) error {
				var down func(ctx context.Context, left int) error
				down = func(ctx context.Context, left int) error {
					depth.Add(1)
					return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
						g.Go(func(ctx context.Context) error {
							if left > 1 {
								return down(ctx, left-1)
							}
							switch end {
							case "failure":
								return errOne
							case "panic":
								panic(errOne)
							case "cancel":
								top.Cancel()
								return ctx.Err()
							}
							return nil
						})
						return nil
					})
				}
				return down(ctx, 1000)
			})
		})
		failed := end == "failure" || end == "panic"
		if pe, ok := e.panicked.(*braid.PanicError); ok {
			e.err = pe
		}
		if depth.Load() != 1000 || errors.Is(e.err, errOne) != failed || (e.err != nil) != failed {
			t.Errorf("%s: depth %d, %.200v", end, depth.Load(), e.err)
		}
	}
	settleGoroutines(t, before)
}

func withProcs(n int, f func()) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
	f()
}

// numbered is the one failure of one task of a random program.
type numbered struct{ n int64 }

func (e *numbered) Error() string { return fmt.Sprintf("failure %d", e.n) }

// A program is a random tree of groups and tasks. Many goroutines draw from
// it, so that the seed says what is likely and not what comes when.
type program struct {
	mu      sync.Mutex
	rand    *rand.Rand
	left    atomic.Int64 // what may still be spawned
	begun   atomic.Int64
	ended   atomic.Int64
	numbers atomic.Int64
	closers []*resource
	exits   atomic.Int64
}

func (p *program) draw(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rand.IntN(n)
}

func (p *program) throw() error { return &numbered{p.numbers.Add(1)} }

// count finds the failures in an error, those beside a panic included.
func count(err error, found map[int64]int) {
	switch e := err.(type) {
	case nil:
	case *numbered:
		found[e.n]++
	case *braid.PanicError:
		count(e.Unwrap(), found)
		count(e.Siblings, found)
	case interface{ Unwrap() error }:
		count(e.Unwrap(), found)
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			count(err, found)
		}
	}
}

// group runs a group with random options. It gives what the group gave, which
// its caller has to hand on.
func (p *program) group(ctx context.Context) error {
	var opts []braid.GroupOption
	least := p.draw(2) * (1 + p.draw(2)) // of a limit; 0 for none
	if least > 0 {
		opts = append(opts, braid.Limit(least+p.draw(4)))
	}
	if p.draw(8) == 0 {
		opts = append(opts, braid.Observe(func(braid.Event) {}))
	}
	if p.draw(4) == 0 {
		opts = append(opts, braid.Supervised)
	}
	if p.draw(4) == 0 {
		opts = append(opts, braid.PanicsAsErrors)
	}
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error { return p.steps(ctx, g, least) }, opts...)
}

// steps does random things with g, whose limit, if it has one, is never below
// least; then it ends as a body or task may end.
func (p *program) steps(ctx context.Context, g *braid.Group, least int) error {
	p.begun.Add(1)
	defer p.ended.Add(1)
	task := func(ctx context.Context) error { return p.steps(ctx, g, least) }
	var handles []*braid.Task[int]
	for range p.draw(6) {
		if p.left.Add(-1) < 0 {
			break
		}
		var opts []braid.TaskOption
		if p.draw(4) == 0 {
			opts = append(opts, braid.Weight(1+p.draw(max(least, 1))))
		}
		if p.draw(8) == 0 {
			opts = append(opts, braid.Always)
		}
		switch p.draw(13) {
		case 0, 1:
			g.Go(task, opts...)
		case 2, 3:
			handles = append(handles, braid.Fork(g, func(ctx context.Context) (int, error) { return 0, task(ctx) }, opts...))
		case 4:
			r := new(resource)
			p.mu.Lock()
			p.closers = append(p.closers, r)
			p.mu.Unlock()
			braid.GoWith(g, r, func(ctx context.Context, _ *resource) error { return task(ctx) }, opts...)
		case 5:
			_ = g.GoWait(ctx, task, opts...)
		case 6:
			if least > 0 {
				break // it would keep its slot until the others are done
			}
			g.Go(func(ctx context.Context) error { p.begun.Add(1); defer p.ended.Add(1); return untilDead(ctx) }, braid.Background)
		case 7:
			g.Go(task, braid.OwnGoroutine)
		case 8:
			if err := p.group(ctx); err != nil {
				return err
			}
		case 9:
			if err := braid.Timeout(ctx, time.Duration(1+p.draw(50))*time.Microsecond, p.group); err != nil {
				if _, late := err.(*braid.TimeoutError); !late {
					return err
				}
			}
		case 10:
			runtime.Gosched()
		case 11:
			fns := slices.Repeat([]func(context.Context) (int, error){func(ctx context.Context) (int, error) { return 0, p.group(ctx) }}, 1+p.draw(3))
			if _, err := braid.All(ctx, fns); err != nil {
				return err
			}
		case 12:
			if err := braid.Each(ctx, make([]int, 1+p.draw(3)), func(ctx context.Context, _ int) error { return p.group(ctx) }); err != nil {
				return err
			}
		}
	}
	for _, h := range handles {
		switch p.draw(4) {
		case 0:
			h.Cancel()
		case 1:
			if _, err := h.Wait(ctx); err != nil && p.draw(2) == 0 {
				return err
			}
		}
	}
	switch p.draw(40) {
	case 0, 1:
		return p.throw()
	case 2:
		panic(p.throw())
	case 3:
		g.Cancel()
	case 4:
		if least > 0 {
			g.SetLimit(least + p.draw(3))
		}
	case 5:
		p.exits.Add(1)
		runtime.Goexit()
	}
	return nil
}

func TestStress_RandomProgramsJoinAllAndAccountForEveryError(t *testing.T) {
	seeds := 400
	if testing.Short() || racing {
		seeds = 60
	}
	// What a Goexit leaves nobody to return to is logged; of that there is a lot.
	defer slog.SetDefault(slog.Default())
	slog.SetDefault(slog.New(slog.DiscardHandler))
	for _, procs := range []int{1, 2, 8} {
		withProcs(procs, func() {
			for seed := range seeds {
				before := runtime.NumGoroutine()
				p := &program{rand: rand.New(rand.NewPCG(uint64(seed), uint64(procs)))}
				p.left.Store(200)
				e := howEnded(func() error { return p.group(context.Background()) })
				if p.begun.Load() != p.ended.Load() {
					t.Fatalf("seed %d, %d procs: %d began, %d have ended", seed, procs, p.begun.Load(), p.ended.Load())
				}
				for _, r := range p.closers {
					if r.closed.Load() != 1 {
						t.Fatalf("seed %d, %d procs: a resource was closed %d times", seed, procs, r.closed.Load())
					}
				}
				// A Goexit beside a panic comes out as that, and that may be an error.
				if exits := p.exits.Load() > 0; e.exited && !exits || exits && e.err == nil && e == (end{}) {
					t.Fatalf("seed %d, %d procs: %d tasks called Goexit, and it ended with %+v", seed, procs, p.exits.Load(), e)
				}
				err := e.err
				if pe, ok := e.panicked.(*braid.PanicError); ok {
					err = pe
				} else if e.panicked != nil {
					t.Fatalf("seed %d, %d procs: it panicked with %v", seed, procs, e.panicked)
				}
				if p.exits.Load() == 0 { // else nobody may be there to be told
					found := map[int64]int{}
					count(err, found)
					for n := range p.numbers.Load() {
						if found[n+1] != 1 {
							t.Errorf("seed %d, %d procs: failure %d is reported %d times", seed, procs, n+1, found[n+1])
						}
					}
				}
				settleGoroutines(t, before)
				if t.Failed() {
					t.Fatalf("the error was\n%+v", err)
				}
			}
		})
	}
}
