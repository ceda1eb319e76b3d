package braidtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/braidtest"
	"github.com/braid-go/braid/stream"
)

// This file shows what sweeps find. A sweep that is meant to fail is one of a
// test that is not the one that runs.

// counting gives fn and how often it was called.
func counting(fn func(ctx context.Context) error) (func(ctx context.Context) error, *int) {
	n := new(int)
	return func(ctx context.Context) error {
		*n++
		return fn(ctx)
	}, n
}

// wantFound fails the test unless the message of a sweep has all the words.
func wantFound(t *testing.T, message string, words ...string) {
	t.Helper()
	message = plain(message)
	for _, w := range words {
		if !strings.Contains(message, w) {
			t.Errorf("%q is not in:\n%s", w, message)
		}
	}
	if len(words) == 0 && message != "" {
		t.Errorf("got:\n%s", message)
	}
}

func TestCancelSweepRunsOnceForEachPointAndOnceBeforeAndAfter(t *testing.T) {
	fn, runs := counting(func(ctx context.Context) error {
		if ctx.Err() != nil { // 1
			return ctx.Err() // looked at only by who is cancelled there
		}
		select {
		case <-ctx.Done(): // 2, and 3: all wait
			return context.Cause(ctx)
		case <-time.After(time.Hour):
			return nil
		}
	})
	braidtest.CancelSweep(t, fn)
	if *runs != 1+3+1 {
		t.Errorf("fn has run %d times", *runs)
	}
}

func TestCancelSweepCancelsWhereTasksStartAndWait(t *testing.T) {
	var where []string
	braidtest.CancelSweep(t, func(ctx context.Context) (err error) {
		var started atomic.Int32
		defer func() {
			if err != nil {
				where = append(where, fmt.Sprintf("%d started, %v", started.Load(), errors.Is(err, context.Canceled)))
			}
		}()
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for range 2 {
				g.Go(func(ctx context.Context) error {
					started.Add(1)
					return braid.Sleep(ctx, time.Second)
				})
			}
			return nil
		})
	})
	want := []string{
		"0 started, true", // Run looks
		"0 started, true", // the first starts
		"1 started, true", // its Sleep looks,
		"1 started, true", // and asks for Done
		"1 started, true", // the second starts
		"2 started, true",
		"2 started, true",
		"2 started, true", // both sleep
	}
	if !slices.Equal(where, want) {
		t.Errorf("cancelled with\n%s", strings.Join(where, "\n"))
	}
}

func TestCancelSweepFindsATaskThatIsLeftBehind(t *testing.T) {
	wantFound(t, runReal("TestFetch", func(t *testing.T) {
		braidtest.CancelSweep(t, func(ctx context.Context) error {
			answer := make(chan int) // the bug: nobody takes it from who comes too late
			go func() { time.Sleep(time.Second); answer <- 42 }()
			select {
			case <-answer:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}), "TestFetch: cancelled at point 1 of 2, where ctx.Done is asked for in braidtest_test.TestCancelSweepFindsATaskThatIsLeftBehind",
		"TestFetch left a goroutine behind:\n└─ goroutine started in", "BRAIDTEST_REPLAY='point 1' go test -run '^TestFetch$'")
}

func TestCancelSweepFindsWhoDoesNotReturn(t *testing.T) {
	for name, wait := range map[string]func(){
		"a loop that sleeps": func() {
			for {
				time.Sleep(time.Second)
			}
		},
		"a channel": func() { <-make(chan int) },
	} {
		message := runReal("TestServe", func(t *testing.T) {
			braidtest.CancelSweep(t, func(ctx context.Context) error {
				if ctx.Err() != nil {
					wait() // the bug
				}
				return nil
			}, braidtest.Within(time.Hour))
		})
		wantFound(t, message, "TestServe: cancelled at point 1 of 1, where ctx.Err is asked for in", "fn has not returned 1h0m0s later:\n└─ the test itself")
		if strings.Contains(message, "fn returned") || strings.Contains(message, "freeze") {
			t.Errorf("%s: %s", name, message)
		}
	}
}

func TestCancelSweepFindsAnErrorThatHidesTheCancellation(t *testing.T) {
	fn := func(ctx context.Context) error {
		if braid.Sleep(ctx, time.Second) != nil {
			return io.ErrUnexpectedEOF
		}
		return nil
	}
	wantFound(t, runReal("TestRead", func(t *testing.T) { braidtest.CancelSweep(t, fn) }),
		"the error does not tell that fn was cancelled", "fn returned: unexpected EOF")
	braidtest.CancelSweep(t, fn, braidtest.Accept(func(err error) bool { return err == io.ErrUnexpectedEOF }))
}

func TestCancelSweepFindsAPanicAndAnExit(t *testing.T) {
	wantFound(t, runReal("TestClose", func(t *testing.T) {
		braidtest.CancelSweep(t, func(ctx context.Context) error {
			var conn *strings.Reader
			if ctx.Err() != nil {
				conn.Len()
			}
			return nil
		})
	}), "fn panicked: runtime error: invalid memory address", "sweep_test.go:N")
	wantFound(t, runReal("TestClose", func(t *testing.T) {
		braidtest.CancelSweep(t, func(ctx context.Context) error {
			if ctx.Err() != nil {
				t.Fatal("cancelled")
			}
			return nil
		})
	}), "point 1 of 1", "fn has called runtime.Goexit", "the test has failed by itself")
	if said := runReal("TestClose", func(t *testing.T) {
		braidtest.CancelSweep(t, func(ctx context.Context) error {
			if ctx.Err() != nil {
				runtime.Goexit()
			}
			return nil
		})
	}); !strings.Contains(said, "fn has called runtime.Goexit") || strings.Contains(said, "returned") {
		t.Error(said)
	}
}

func TestCancelSweepTellsOfAFunctionThatFailsAnyway(t *testing.T) {
	wantFound(t, runReal("TestOpen", func(t *testing.T) {
		braidtest.CancelSweep(t, func(ctx context.Context) error { return io.EOF })
	}), "TestOpen: without a cancellation\nfn has failed without having been cancelled\nfn returned: EOF")
	wantFound(t, runReal("TestOpen", func(t *testing.T) {
		braidtest.CancelSweep(t, func(ctx context.Context) error { return nil })
	}), "TestOpen: fn looks at its context nowhere")
	wantFound(t, runReal("TestOpen", func(t *testing.T) {
		braidtest.CancelSweep(t, func(ctx context.Context) error { <-ctx.Done(); return nil })
	}), "TestOpen: without a cancellation\nTestOpen is deadlocked: nothing in its bubble can go on.\n└─ the test itself")
}

func TestCancelSweepSeesLooksInTimeLimitsAndDerivedContexts(t *testing.T) {
	var ends []time.Duration
	braidtest.CancelSweep(t, func(ctx context.Context) error {
		begun := time.Now()
		defer func() { ends = append(ends, time.Since(begun)) }()
		if err := braid.Sleep(ctx, time.Second); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, time.Hour) // looked at here
		defer cancel()
		return braid.Timeout(ctx, time.Minute, func(ctx context.Context) error {
			select {
			case <-ctx.Done(): // and here
				return ctx.Err()
			case <-time.After(2 * time.Second):
				return nil
			}
		})
	})
	// Sleep: Err, Done, waiting. WithTimeout: Done. Timeout: Done, waiting.
	if want := []time.Duration{3 * time.Second, 0, 0, 0, time.Second, time.Second, time.Second, time.Second, 3 * time.Second}; !slices.Equal(ends, want) {
		t.Errorf("it ended after %v", ends)
	}
}

func TestCancelSweepCountsALookForTheCause(t *testing.T) {
	fn, runs := counting(func(ctx context.Context) error { return context.Cause(ctx) })
	braidtest.CancelSweep(t, fn)
	if *runs != 3 {
		t.Errorf("fn has run %d times", *runs)
	}
}

func TestASweepStandsWhatBraidCanDo(t *testing.T) {
	work := func(ctx context.Context) error {
		xs, err := braid.Map(ctx, []int{1, 2, 3}, func(ctx context.Context, i int) (int, error) {
			return i, braid.Sleep(ctx, time.Second)
		}, braid.Limit(2))
		if err != nil {
			return err
		}
		var sum int
		for x, err := range stream.Map(stream.Of(xs...), func(ctx context.Context, x int) (int, error) {
			return 2 * x, braid.Sleep(ctx, time.Second)
		})(ctx) {
			if err != nil {
				return err
			}
			sum += x
		}
		if sum != 12 {
			return fmt.Errorf("the sum is %d", sum)
		}
		g, ctx := braid.Open(ctx, braid.Name("owned"))
		defer g.Close()
		t := braid.Fork(g, func(ctx context.Context) (int, error) { return 7, braid.Sleep(ctx, time.Minute) })
		if _, err := t.Wait(ctx); err != nil {
			return err
		}
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			if err := g.GoWait(ctx, func(ctx context.Context) error { return braid.Sleep(ctx, time.Second) }); err != nil {
				return err
			}
			_, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error { ready(1); return nil })
			return err
		}, braid.Limit(1))
	}
	fn, cancelled := counting(work)
	braidtest.CancelSweep(t, fn)
	if *cancelled < 30 {
		t.Errorf("fn was cancelled %d times", *cancelled-2)
	}
	fn, failed := counting(work)
	braidtest.FailSweep(t, fn)
	if *failed != 1+2*9+1 {
		t.Errorf("fn has run %d times, for 3 items, 3 more, and 3 tasks, each failing twice", *failed)
	}
	braidtest.Explore(t, 50, work)
}

type closer struct{ closed *int }

func (c closer) Close() error { *c.closed++; return nil }

func TestFailSweepFailsEachTaskOnceWithAnErrorAndOnceWithAPanic(t *testing.T) {
	var said []string
	closed := 0
	braidtest.FailSweep(t, func(ctx context.Context) error {
		closed = 0
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			braid.GoWith(g, closer{&closed}, func(context.Context, closer) error { return nil }, braid.Name("with"))
			braid.Fork(g, func(context.Context) (int, error) { return 1, nil }, braid.Name("fork"))
			return nil
		}, braid.Name("all"))
	}, braidtest.Invariant(func(err error) error {
		if err == nil {
			said = append(said, "ok")
		} else {
			first, _, _ := strings.Cut(err.Error(), "\n")
			said = append(said, first)
		}
		if closed != 1 && !errors.Is(err, braidtest.ErrInjected) { // that of a task that is skipped is closed too
			return errors.New("not closed once")
		}
		return nil
	}))
	want := []string{
		"ok",
		"all/with: injected by braidtest: task 1", "panic in all/with: injected by braidtest: task 1",
		"all/fork: injected by braidtest: task 2", "panic in all/fork: injected by braidtest: task 2",
		"ok",
	}
	if !slices.Equal(said, want) {
		t.Errorf("%q", said)
	}
	if closed != 1 {
		t.Errorf("closed %d times", closed)
	}
}

func TestFailSweepFindsAFailureThatIsTurnedIntoAnother(t *testing.T) {
	wantFound(t, runReal("TestSave", func(t *testing.T) {
		braidtest.FailSweep(t, func(ctx context.Context) error {
			if err := braid.Each(ctx, []int{1, 2}, func(context.Context, int) error { return nil }); err != nil {
				return errors.New("could not save")
			}
			return nil
		})
	}), "TestSave: task 1 failed with an error: task TestFailSweepFindsAFailureThatIsTurnedIntoAnother.func1.1.1[0], of the function at sweep_test.go:N",
		"the error does not tell of the failure", "fn returned: could not save", "BRAIDTEST_REPLAY='task 1 error'")
}

func TestFailSweepTellsThatThereAreNoTasks(t *testing.T) {
	wantFound(t, runReal("TestNothing", func(t *testing.T) {
		braidtest.FailSweep(t, func(ctx context.Context) error { return nil })
	}), "TestNothing: no task was started in a group under the context of fn")
}

func TestAFailureThatAnotherMakesUpForIsNone(t *testing.T) {
	braidtest.FailSweep(t, func(ctx context.Context) error {
		mirror := func(context.Context) (int, error) { return 7, nil }
		v, err := braid.First(ctx, braid.Funcs(mirror, mirror), braid.PanicsAsErrors)
		if err == nil && v != 7 {
			return fmt.Errorf("it is %d", v)
		}
		return err
	})
}

func TestAReplayRunsOnce(t *testing.T) {
	var b bank
	fn, runs := counting(func(ctx context.Context) error {
		b = bank{"ann": 100}
		return b.transfer(ctx, "ann", "bob", 40)
	})
	whole := braidtest.Invariant(func(error) error {
		if b["ann"]+b["bob"] != 100 {
			return errors.New("money is gone")
		}
		return nil
	})
	once := func(message string, words ...string) {
		t.Helper()
		wantFound(t, message, words...)
		if *runs != 1 {
			t.Errorf("fn has run %d times", *runs)
		}
		*runs = 0
	}
	once(runReal("TestTransfer", func(t *testing.T) { braidtest.CancelSweep(t, fn, whole, braidtest.Replay("point 3")) }),
		"TestTransfer: cancelled at point 3, where all waited:\n└─ the test itself\n      select in braidtest_test.bank.transfer (page_sweep_test.go:N), calling braid.Sleep", "money is gone", "'point 3'")
	once(runReal("TestTransfer", func(t *testing.T) { braidtest.CancelSweep(t, fn, whole, braidtest.Replay("point 4")) }), "there is no point 4")
	t.Setenv("BRAIDTEST_REPLAY", "point 1")
	once(runReal("TestTransfer", func(t *testing.T) { braidtest.CancelSweep(t, fn, whole) }), "money is gone", "'point 1'")
	t.Setenv("BRAIDTEST_REPLAY", "point 0")
	once(runReal("TestTransfer", func(t *testing.T) { braidtest.CancelSweep(t, fn, whole) }))
	t.Setenv("BRAIDTEST_REPLAY", "seed 7") // of another helper
	wantFound(t, runReal("TestTransfer", func(t *testing.T) { braidtest.CancelSweep(t, fn, whole) }), "point 1 of 3")
}

// The pattern is one for go test, and in quotes for a shell.
func TestAReplayOfASubtestNamesJustThat(t *testing.T) {
	for name, pattern := range map[string]string{
		"TestTable/f(x)/a+b": `'^TestTable$/^f\(x\)$/^a\+b$'`,
		"TestTable/1.5|2":    `'^TestTable$/^1\.5\|2$'`,
		"TestTable/it's":     `'^TestTable$/^it'\''s$'`,
	} {
		wantFound(t, runReal(name, func(t *testing.T) {
			braidtest.CancelSweep(t, func(context.Context) error { return errors.New("always") }, braidtest.Invariant(func(err error) error { return err }))
		}), "go test -run "+pattern)
	}
}

func TestSweepsRefuseWhatMakesNoSense(t *testing.T) {
	fn := func(context.Context) error { return nil }
	for what, call := range map[string]func(){
		"nil test":          func() { braidtest.CancelSweep(nil, fn) },
		"nil function":      func() { braidtest.FailSweep(t, nil) },
		"fewer than one":    func() { braidtest.Explore(t, 0, fn) },
		"nil option":        func() { braidtest.Explore(t, 1, fn, nil) },
		"positive":          func() { braidtest.Within(0) },
		"Invariant called":  func() { braidtest.Invariant(nil) },
		"Accept called":     func() { braidtest.Accept(nil) },
		`"point x" is none`: func() { braidtest.Replay("point x") },
		`"task 1" is none`:  func() { braidtest.Replay("task 1") },
		`"choices 3" is`:    func() { braidtest.Replay("choices 3") },
	} {
		func() {
			defer func() {
				if v := recover(); !strings.Contains(fmt.Sprint(v), what) {
					t.Errorf("%s: %v", what, v)
				}
			}()
			call()
		}()
	}
}

func TestExploreTriesTheOrderOfStartsAndOfEnds(t *testing.T) {
	starts, ends := map[string]int{}, map[string]int{}
	braidtest.Explore(t, 200, func(ctx context.Context) error {
		var mu sync.Mutex
		var start, end []string
		note := func(to *[]string, what string) {
			mu.Lock()
			defer mu.Unlock()
			*to = append(*to, what)
		}
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			var tasks []*braid.Task[string]
			for _, name := range []string{"a", "b", "c"} {
				tasks = append(tasks, braid.Fork(g, func(context.Context) (string, error) {
					note(&start, name)
					return name, nil
				}))
			}
			for t := range braid.AsCompleted(ctx, tasks...) {
				note(&end, t.Value())
			}
			return nil
		})
		starts[strings.Join(start, "")]++
		ends[strings.Join(end, "")]++
		return err
	})
	if len(starts) != 6 || len(ends) != 6 {
		t.Errorf("of 6 orders these came: starts %v, ends %v", starts, ends)
	}
}

func TestExploreDeliversACancelBeforeAndAfterWhatOthersDo(t *testing.T) {
	seen := map[string]int{}
	braidtest.Explore(t, 100, func(ctx context.Context) error {
		var late atomic.Bool
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { return io.EOF })
			g.Go(func(ctx context.Context) error {
				late.Store(ctx.Err() == nil)
				return nil
			})
			return nil
		})
		seen[fmt.Sprint(late.Load())]++
		if !errors.Is(err, io.EOF) {
			return fmt.Errorf("the failure is lost: %v", err)
		}
		return nil
	})
	if seen["true"] == 0 || seen["false"] == 0 {
		t.Errorf("the other task ran on, or not: %v", seen)
	}
}

func TestExploreFindsADeadlockThatTakesAnUnusualOrder(t *testing.T) {
	fn := func(ctx context.Context) error {
		forks := []chan bool{make(chan bool, 1), make(chan bool, 1)}
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for i := range 2 {
				g.Go(func(ctx context.Context) error {
					forks[i] <- true
					g.Cancel() // looks harmless: others may go first here
					forks[1-i] <- true
					<-forks[i]
					<-forks[1-i]
					return nil
				}, braid.Name("philosopher "+string(rune('A'+i))), braid.Always)
			}
			return nil
		}, braid.Grace(braid.Forever))
	}
	message := runReal("TestDinner", func(t *testing.T) { braidtest.Explore(t, 100, fn) })
	wantFound(t, message, "TestDinner: under seed ", "TestDinner is deadlocked", "task philosopher A", "task philosopher B", "BRAIDTEST_REPLAY='choices ")
	// Between the places where braid has a say the scheduler decides, so a replay may need several tries.
	replayed := func(replay string, deadlocks bool) (message string) {
		for range 50 {
			message = runReal("TestDinner", func(t *testing.T) { braidtest.Explore(t, 100, fn, braidtest.Replay(replay)) })
			if strings.Contains(message, "is deadlocked") == deadlocks {
				break
			}
		}
		return message
	}
	_, rest, _ := strings.Cut(message, "BRAIDTEST_REPLAY='")
	choices, _, _ := strings.Cut(rest, "'")
	wantFound(t, replayed(choices, true), "with certain choices", "is deadlocked")
	_, rest, _ = strings.Cut(message, "under ")
	seed, _, _ := strings.Cut(rest, ",")
	wantFound(t, replayed(seed, true), "under "+seed, "is deadlocked")
	wantFound(t, replayed("seed 0", false))
}

func TestThatTasksTakeTurnsHidesNoDataRace(t *testing.T) {
	if !racing {
		t.Skip("only the race detector finds races")
	}
	if !inChild(t) {
		if out, passed := child(t); passed || !strings.Contains(out, "DATA RACE") {
			t.Errorf("it was not found:\n%s", out)
		}
		return
	}
	braidtest.Explore(t, 5, func(ctx context.Context) error {
		n := 0
		return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			for range 2 {
				g.Go(func(ctx context.Context) error { n++; return ctx.Err() })
			}
			return nil
		})
	})
}

func TestExploreTellsOfWhatFailsInTheUsualOrder(t *testing.T) {
	wantFound(t, runReal("TestUsual", func(t *testing.T) {
		braidtest.Explore(t, 10, func(context.Context) error { return io.EOF })
	}), "TestUsual: in the usual order\nfn returned: EOF", "'seed 0'")
}

func TestExploreBoundsATimeThatIsGiven(t *testing.T) {
	wantFound(t, runReal("TestSlow", func(t *testing.T) {
		braidtest.Explore(t, 1, func(context.Context) error { time.Sleep(time.Hour); return nil }, braidtest.Within(time.Minute))
	}), "TestSlow: in the usual order\nfn has not returned 1m0s later:")
}

func TestASweepOverALoopThatRunsUntilItIsCancelledSaysSo(t *testing.T) {
	for name, pause := range map[string]time.Duration{"24h0m0s of virtual time": time.Minute, "100000 points": time.Millisecond} {
		said := runReal("TestLoop", func(t *testing.T) {
			braidtest.CancelSweep(t, func(ctx context.Context) error {
				for {
					if err := braid.Sleep(ctx, pause); err != nil {
						return err
					}
				}
			})
		})
		if !strings.Contains(said, ": without a cancellation\nfn does not end without a cancellation: this one came after "+name+".\n") {
			t.Errorf("it says\n%s", said)
		}
	}
}

func TestOfAFunctionThatPanickedItIsNotSaidWhatItReturned(t *testing.T) {
	said := runReal("TestLoop", func(t *testing.T) {
		braidtest.CancelSweep(t, func(ctx context.Context) error {
			if braid.Sleep(ctx, time.Second) != nil {
				panic("oops")
			}
			return nil
		})
	})
	if !strings.Contains(said, "fn panicked: oops") || strings.Contains(said, "fn returned") {
		t.Errorf("it says\n%s", said)
	}
}

func TestASweepOverAFunctionThatCallsGoexitSaysSo(t *testing.T) {
	said := runReal("TestLoop", func(t *testing.T) {
		braidtest.CancelSweep(t, func(ctx context.Context) error {
			if braid.Sleep(ctx, time.Second) != nil {
				runtime.Goexit()
			}
			return nil
		})
	})
	if !strings.Contains(said, "point 1 of ") || !strings.Contains(said, "fn has called runtime.Goexit") {
		t.Errorf("it says\n%s", said)
	}
}
