package braid_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file shows that nobody can tell that items share tasks: not by their
// order, not by what an item that blocks does to others, and not in errors.

func upTo(n int) []int {
	items := make([]int, n)
	for i := range items {
		items[i] = i
	}
	return items
}

func TestEachItemIsCalledOnceHoweverManyThereAre(t *testing.T) {
	many := 300_000
	if racing {
		many = 20_000 // a goroutine each
	}
	for _, n := range []int{1, 2, 3, 10, 1000, many} {
		for _, limit := range []int{1, 2, 8, 1 << 20} {
			calls := make([]atomic.Int32, n)
			got, err := braid.Map(t.Context(), upTo(n), func(_ context.Context, i int) (int, error) {
				calls[i].Add(1)
				return i, nil
			}, braid.Limit(limit))
			if err != nil || !slices.Equal(got, upTo(n)) {
				t.Fatalf("n %d, limit %d: wrong results, %v", n, limit, err)
			}
			for i := range calls {
				if c := calls[i].Load(); c != 1 {
					t.Fatalf("n %d, limit %d: item %d was called %d times", n, limit, i, c)
				}
			}
		}
	}
}

// The items before the one that blocks are quick, so that it is claimed with
// many others, which it waits for.
func TestAnItemThatBlocksKeepsNoOtherFromStarting(t *testing.T) {
	const n = 20_000
	for _, limit := range []int{2, 3, 1 << 20} {
		for _, stuck := range []int{0, 1, 5000, n - 2, n - 1} {
			var done atomic.Int64
			all := make(chan struct{})
			err := braid.Each(t.Context(), upTo(n), func(_ context.Context, i int) error {
				if i == stuck {
					<-all
				} else if done.Add(1) == n-1 {
					close(all)
				}
				return nil
			}, braid.Limit(limit))
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Without a limit all items run at once, whatever the first ones were like.
func TestItemsThatWaitForEachOtherAllRunAtOnce(t *testing.T) {
	const quick, n = 5000, 7000
	var arrived atomic.Int64
	all := make(chan struct{})
	err := braid.Each(t.Context(), upTo(n), func(_ context.Context, i int) error {
		if i < quick {
			return nil
		}
		if arrived.Add(1) == n-quick {
			close(all)
		}
		<-all
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestItemsBeginInTheirOrderWhenOneRunsAtATime(t *testing.T) {
	var order []int
	err := braid.Each(t.Context(), upTo(5000), func(ctx context.Context, i int) error {
		order = append(order, i)
		if i%100 == 7 {
			ctx.Done() // leaves a trace on the task
		}
		if i%1000 == 500 {
			runtime.Gosched()
		}
		if i%700 == 600 {
			panic("and the next ones are somebody else's")
		}
		return nil
	}, braid.Limit(1), braid.Supervised, braid.PanicsAsErrors)
	if len(failures(t, err)) != 7 || !slices.Equal(order, upTo(5000)) {
		t.Errorf("%v, in order: %v", err, slices.IsSorted(order))
	}
}

func TestALimitHoldsForItemsThatShareTasks(t *testing.T) {
	for _, limit := range []int{1, 2, 5} {
		var running, most atomic.Int64
		err := braid.Each(t.Context(), upTo(20_000), func(ctx context.Context, i int) error {
			now := running.Add(1)
			defer running.Add(-1)
			for m := most.Load(); now > m && !most.CompareAndSwap(m, now); m = most.Load() {
			}
			if i%50 == 0 {
				runtime.Gosched()
			}
			return nil
		}, braid.Limit(limit))
		if err != nil || most.Load() > int64(limit) {
			t.Errorf("limit %d: %d ran at once, %v", limit, most.Load(), err)
		}
	}
}

func TestItemsThatSleepTakeExactlyAsLongAsTheLimitSays(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		for _, quick := range []int{0, 1, 100} { // items that are over at once
			for _, limit := range []int{1, 2, 8, 1000} {
				began := time.Now()
				if err := braid.Each(ctx, upTo(quick+64), func(ctx context.Context, i int) error {
					if i < quick {
						return nil
					}
					return braid.Sleep(ctx, time.Second)
				}, braid.Limit(limit)); err != nil {
					t.Error(err)
				}
				if took, want := time.Since(began), time.Duration((64+limit-1)/limit)*time.Second; took != want {
					t.Errorf("%d quick, limit %d: took %v, want %v", quick, limit, took, want)
				}
			}
		}
	})
}

func TestTheItemThatEndsAMapIsNamed(t *testing.T) {
	for _, at := range []int{0, 1, 777, 9999} {
		fails := func(end func()) func(context.Context, int) error {
			return func(_ context.Context, i int) error {
				if i == at {
					end()
					return errOne
				}
				return nil
			}
		}
		want := fmt.Sprintf("[%d]", at)
		err := braid.Each(t.Context(), upTo(10_000), fails(func() {}))
		if tes := failures(t, err); len(tes) != 1 || tes[0].Item() != at || !strings.HasSuffix(tes[0].Path(), want) {
			t.Errorf("item %d: got %v", at, err)
		}
		e := howEnded(func() error {
			return braid.Each(t.Context(), upTo(10_000), fails(func() { panic(errTwo) }))
		})
		if pe, ok := e.panicked.(*braid.PanicError); !ok || !strings.HasSuffix(pe.Path, want) {
			t.Errorf("item %d: ended with %+v", at, e)
		}
		e = howEnded(func() error { return braid.Each(t.Context(), upTo(10_000), fails(runtime.Goexit)) })
		if !e.exited {
			t.Errorf("item %d: ended with %+v", at, e)
		}
	}
}

// Every item fails, panics or leaves a trace with some probability; all the
// others are called all the same.
func TestInASupervisedMapEveryItemIsCalledWhateverTheOthersDo(t *testing.T) {
	for seed := range uint64(20) {
		const n = 3000
		rnd := rand.New(rand.NewPCG(seed, 1))
		kinds := make([]int, n)
		want := 0
		for i := range kinds {
			kinds[i] = rnd.IntN(40)
			if kinds[i] == 1 || kinds[i] == 2 {
				want++
			}
		}
		var calls atomic.Int64
		err := braid.Each(t.Context(), kinds, func(ctx context.Context, kind int) error {
			calls.Add(1)
			switch kind {
			case 1:
				return errOne
			case 2:
				panic(errTwo)
			case 3:
				ctx.Done()
			case 4:
				return braid.Run(ctx, func(_ context.Context, g *braid.Group) error { g.Go(nop); return nil })
			case 5:
				g, _ := braid.Open(ctx)
				g.Go(nop)
				return g.Close()
			case 6:
				runtime.Gosched()
			}
			return nil
		}, braid.Supervised, braid.PanicsAsErrors, braid.Keep(n), braid.Limit(1+int(seed)))
		if got := len(failures(t, err)); got != want || calls.Load() != n {
			t.Fatalf("seed %d: %d failures, want %d; %d calls", seed, got, want, calls.Load())
		}
		for _, te := range failures(t, err) {
			if k := kinds[te.Item()]; k != 1 && k != 2 {
				t.Fatalf("seed %d: item %d is blamed", seed, te.Item())
			}
		}
	}
}

func TestRule2_1_NoItemStartsUnderADeadContext(t *testing.T) {
	for _, at := range []int{0, 1, 5000} {
		ctx, cancel := context.WithCancelCause(t.Context())
		var after, dead atomic.Int64
		err := braid.Each(ctx, upTo(20_000), func(ctx context.Context, i int) error {
			if dead.Load() == 1 && ctx.Err() != nil {
				after.Add(1)
			}
			if i == at {
				cancel(errWhy)
				dead.Store(1)
			}
			return nil
		}, braid.Limit(1))
		wantPlainCancel(t, err, context.Canceled, errWhy)
		if after.Load() != 0 {
			t.Errorf("%d items started under a dead context", after.Load())
		}
	}
}

func TestRule3_6_AMapWhoseContextDiesBetweenTwoItemsIsCutShort(t *testing.T) {
	for _, trace := range []bool{false, true} { // after which another task would go on
		for _, at := range []int{0, 1, 500, 998} {
			ctx, cancel := context.WithCancelCause(t.Context())
			err := braid.Each(ctx, upTo(1000), func(ctx context.Context, i int) error {
				if trace {
					ctx.Done()
				}
				if i == at {
					cancel(errWhy)
				}
				return nil
			}, braid.Limit(1))
			wantPlainCancel(t, err, context.Canceled, errWhy)
		}
	}
}

func TestRule3_11_AMapThatWasDoneWhenItsContextDiedSucceeds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := braid.Each(ctx, upTo(100), func(_ context.Context, i int) error {
		if i == 99 {
			cancel()
		}
		return nil
	}, braid.Limit(1))
	if err != nil {
		t.Error(err)
	}
}

func TestRule11_6_LabelsSetByAnItemDoNotReachTheNext(t *testing.T) {
	err := braid.Each(t.Context(), upTo(100), func(ctx context.Context, i int) error {
		if labels := labelsHere(t); strings.Contains(labels, "item") {
			return fmt.Errorf("item %d has the labels %s", i, labels)
		}
		pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("item", fmt.Sprint(i))))
		return nil
	}, braid.Limit(1))
	if err != nil {
		t.Error(err)
	}
}

// What an item leaves open is its failure, and the group's path names it.
func TestWhatAnItemLeavesOpenIsClosedAtItsEnd(t *testing.T) {
	var paths sync.Map
	err := braid.Each(t.Context(), upTo(50), func(ctx context.Context, i int) error {
		if i%10 == 3 {
			g, _ := braid.Open(ctx, braid.Name("open"))
			task := braid.Fork(g, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() }, braid.Name("task"))
			paths.Store(i, task)
		}
		return nil
	}, braid.Supervised, braid.Name("outer"))
	tes := failures(t, err)
	if len(tes) != 5 {
		t.Fatalf("%d failures", len(tes))
	}
	for _, te := range tes {
		if te.Item()%10 != 3 || !errors.Is(te, braid.ErrNotClosed) {
			t.Errorf("%v", te)
		}
		task, _ := paths.Load(te.Item())
		if path := task.(*braid.Task[int]).Path(); !strings.Contains(path, fmt.Sprintf("[%d]/open/task", te.Item())) {
			t.Errorf("the path is %s", path)
		}
	}
}

func TestAMapsGoroutinesAreGoneWhenItReturns(t *testing.T) {
	before := goroutines()
	for range 50 {
		if err := braid.Each(t.Context(), upTo(1000), func(context.Context, int) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	settleGoroutines(t, before)
}

func TestAReportNamesTheItemThatDoesNotObey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stall braid.Stall
		started, release := make(chan struct{}), make(chan struct{})
		err := braid.Each(t.Context(), upTo(100), func(ctx context.Context, i int) error {
			switch i {
			case 42:
				close(started)
				time.AfterFunc(time.Minute, func() { close(release) })
				<-release
			case 50:
				<-started
				return errOne
			}
			return nil
		}, braid.Grace(time.Second), braid.OnStall(func(s braid.Stall) { stall = s }))
		wantFailures(t, err, errOne)
		if len(stall.Tasks) != 1 || !strings.HasSuffix(stall.Tasks[0].Path, "[42]") {
			t.Errorf("the report is %v", stall)
		}
	})
}

// Items that wait for each other stand among quick ones, so that those who look
// for items find a claim that its owner is about to finish, and another that is
// stuck.
func TestItemsThatWaitForEachOtherAllStartWhoeverClaimedThem(t *testing.T) {
	rounds := 500
	if racing || testing.Short() {
		rounds = 20
	}
	for round := range rounds {
		rnd := rand.New(rand.NewPCG(uint64(round), 2))
		waits := make([]bool, 50+rnd.IntN(300))
		share := 0.05 + rnd.Float64()/2
		want := int64(0)
		for i := len(waits) / 2; i < len(waits); i++ {
			if waits[i] = rnd.Float64() < share; waits[i] {
				want++
			}
		}
		work := max(0, 10*(rnd.IntN(100)-30))
		var arrived, sum atomic.Int64
		all := make(chan struct{})
		err := braid.Each(t.Context(), waits, func(ctx context.Context, waits bool) error {
			for range work {
				sum.Add(1)
			}
			if round%2 == 1 && !waits && sum.Add(1)%7 == 0 {
				ctx.Done() // leaves a trace, and what was claimed with it to others
			}
			if waits {
				if arrived.Add(1) == want {
					close(all)
				}
				<-all
			}
			return nil
		})
		if err != nil || arrived.Load() != want {
			t.Fatalf("round %d: %v, %d of %d", round, err, arrived.Load(), want)
		}
	}
}

// A claim that is stuck is not left until there is nothing else to do.
func TestAnItemClaimedWithOneThatBlocksIsNotTheLastToStart(t *testing.T) {
	if racing {
		t.Skip("there every item is a task")
	}
	const n = 100_000
	var last int64
	for stuck := 1000; stuck < 1010; stuck++ { // what is tried may be the last of its claim
		var done, before atomic.Int64
		next := make(chan struct{})
		err := braid.Each(t.Context(), upTo(n), func(_ context.Context, i int) error {
			switch i {
			case stuck:
				<-next
			case stuck + 1:
				before.Store(done.Load())
				close(next)
			}
			done.Add(1)
			return nil
		}, braid.Limit(2))
		if err != nil {
			t.Fatal(err)
		}
		last = max(last, before.Load())
	}
	if last > n*3/4 {
		t.Errorf("%d were done before it", last)
	}
}

func TestItemsMayWaitForEarlierOnesAtAnyLimit(t *testing.T) {
	for seed := range uint64(30) {
		const n = 2000
		rnd := rand.New(rand.NewPCG(seed, 4))
		done := make([]chan struct{}, n)
		awaits, traces := make([]int, n), make([]bool, n)
		for i := range done {
			done[i] = make(chan struct{})
			awaits[i], traces[i] = i-1-rnd.IntN(20), rnd.IntN(10) == 0
		}
		err := braid.Each(t.Context(), upTo(n), func(ctx context.Context, i int) error {
			if traces[i] {
				ctx.Done()
			}
			if i >= n/4 && i%(1+int(seed)%7) == 0 { // the first ones are quick
				<-done[awaits[i]]
			}
			close(done[i])
			return nil
		}, braid.Limit(1+int(seed)%5))
		if err != nil {
			t.Fatal(err)
		}
	}
}
