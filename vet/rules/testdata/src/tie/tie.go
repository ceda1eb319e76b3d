// What is not mechanical: each says what stands in the way.
package tie

import (
	"context"
	"io"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"
)

func work()             {}
func try() error        { return nil }
func number() int       { return 1 }
func cleanup()          {}
func use(x ...any)      {}
func lend(g ...any)     {}
func cond() bool        { return false }
func do(f func() error) {}

// Done in mid-body: the join does not wait for what follows.
func midBody() {
	var wg sync.WaitGroup // want `calls Done in the middle`
	ready := make(chan bool)
	wg.Add(1)
	go func() {
		wg.Done()
		<-ready
	}()
	wg.Wait()
	close(ready)
}

// golang/go#77754: a literal with results.
func results() {
	var wg sync.WaitGroup // want `a task has results`
	wg.Add(1)
	go func() int {
		defer wg.Done()
		return 0
	}()
	wg.Wait()
}

func resultsOfOneOfTwo() {
	var wg sync.WaitGroup // want `a task has results`
	wg.Add(2)
	go func() {
		work()
		wg.Done()
	}()
	go func() (n int) {
		defer wg.Done()
		return number()
	}()
	wg.Wait()
}

// golang/go#77559: a panic that is recovered skips a Done that is not deferred.
func recoversBeforeDone() {
	var wg sync.WaitGroup // want `a task with deferred calls does not defer Done`
	wg.Add(1)
	go func() {
		defer func() { _ = recover() }()
		work()
		wg.Done()
	}()
	wg.Wait()
}

// golang/go#77559 too: nobody knows whether a named function recovers, or one that is called by a deferred literal.
func namedDefer() {
	var wg sync.WaitGroup // want `a task with deferred calls does not defer Done`
	wg.Add(1)
	go func() {
		defer cleanup()
		work()
		wg.Done()
	}()
	wg.Wait()
}

func deferInLoop(in []int) {
	var wg sync.WaitGroup // want `a task with deferred calls does not defer Done`
	wg.Add(1)
	go func() {
		for range in {
			defer func() { recover() }()
		}
		work()
		wg.Done()
	}()
	wg.Wait()
}

func returnsBeforeDone() {
	var wg sync.WaitGroup // want `a task may return without having called Done`
	wg.Add(1)
	go func() {
		if cond() {
			return
		}
		work()
		wg.Done()
	}()
	wg.Wait()
}

func doneTwice() {
	var wg sync.WaitGroup // want `does more with the WaitGroup`
	wg.Add(1)
	go func() {
		defer wg.Done()
		work()
		wg.Done()
	}()
	wg.Wait()
}

func deferLater() {
	var wg sync.WaitGroup // want `calls Done in the middle`
	wg.Add(1)
	go func() {
		work()
		defer wg.Done()
		work()
	}()
	wg.Wait()
}

func passedOn() {
	var wg sync.WaitGroup // want `it is handed on`
	wg.Add(1)
	go worker(&wg)
	wg.Wait()
}

func worker(wg *sync.WaitGroup) { defer wg.Done() }

func wrongCount() {
	var wg sync.WaitGroup // want `Add is not right before the go statements it counts`
	wg.Add(2)
	go func() { defer wg.Done() }()
	wg.Wait()
}

func countBeforeSkippingLoop(in []int) {
	var wg sync.WaitGroup // want `Add is not right before the go statements it counts`
	wg.Add(len(in))
	for _, n := range in {
		if n == 0 {
			continue
		}
		go func() { defer wg.Done(); use(n) }()
	}
	wg.Wait()
}

func otherGroup() {
	var wg, wg2 sync.WaitGroup
	wg.Add(1)
	go func() { defer wg2.Done() }() // want `nothing here waits for this goroutine`
	wg.Wait()
}

func named() {
	var wg sync.WaitGroup // want `a task is no function literal`
	wg.Go(work)
	wg.Wait()
}

func leaves() {
	var wg sync.WaitGroup // want `a return leaves the block before the join`
	wg.Go(func() { work() })
	if cond() {
		return
	}
	wg.Wait()
}

func breaksOut() {
	for {
		var wg sync.WaitGroup // want `a break leaves the block before the join`
		wg.Go(func() { work() })
		if cond() {
			break
		}
		wg.Wait()
	}
}

func defers(c io.Closer) {
	var wg sync.WaitGroup // want `a defer between its tasks and its join`
	wg.Go(func() { work() })
	defer c.Close()
	wg.Wait()
}

func declared() int {
	var wg sync.WaitGroup // want `n, which is declared between its tasks and its join, is used after it`
	wg.Go(func() { work() })
	n := number()
	wg.Wait()
	return n
}

func panics() {
	var wg sync.WaitGroup // want `a panic between its tasks and its join`
	wg.Go(func() { work() })
	if cond() {
		panic("no")
	}
	wg.Wait()
}

func goexits() {
	var wg sync.WaitGroup // want `runtime.Goexit`
	wg.Go(func() {
		if cond() {
			runtime.Goexit()
		}
	})
	wg.Wait()
}

func locks() {
	var wg sync.WaitGroup // want `locks its OS thread`
	wg.Go(func() { runtime.LockOSThread() })
	wg.Wait()
}

func tests(t *testing.T) {
	var wg sync.WaitGroup // want `has the test in its hands`
	wg.Go(func() { t.Fatal() })
	wg.Wait()
}

func shadowedNil() {
	nil := 0
	use(nil)
	var wg sync.WaitGroup // want `a name that the new code needs is taken: nil`
	wg.Go(func() { work() })
	wg.Wait()
}

func shadowedPackage() {
	context := 0
	use(context)
	var wg sync.WaitGroup // want `a name that the new code needs is taken: context`
	wg.Go(func() { work() })
	wg.Wait()
}

func deferredWait() {
	var wg sync.WaitGroup // want `it is not waited for where it is made`
	defer wg.Wait()
	wg.Go(func() { work() })
}

func lent() {
	var wg sync.WaitGroup // want `it is handed on`
	wg.Go(func() { work() })
	lend(&wg)
	wg.Wait()
}

func compared() bool {
	var g errgroup.Group // want `compared with ==`
	g.Go(func() error { return try() })
	err := g.Wait()
	return err == io.EOF
}

func asserted() bool {
	var g errgroup.Group // want `type is asserted`
	g.Go(func() error { return try() })
	err := g.Wait()
	_, ok := err.(interface{ Timeout() bool })
	return ok
}

func withoutContext(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `a task does not use the group's context`
	g.Go(func() error { return ctx.Err() })
	g.Go(func() error { return try() })
	return g.Wait()
}

func contextAfter(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx) // want `its context, which is dead then, is used after the join`
	g.Go(func() error { return ctx.Err() })
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

func variableLimit(n int) error {
	var g errgroup.Group // want `its limit is no positive constant`
	g.SetLimit(n)
	g.Go(func() error { return try() })
	return g.Wait()
}

func tryGo() error {
	var g errgroup.Group // want `its TryGo has no twin`
	g.Go(func() error { return try() })
	g.TryGo(func() error { return try() })
	return g.Wait()
}

// A dropped group, with nothing in it.
func empty() {
	var wg sync.WaitGroup
	wg.Wait()
}

//braid:ignore tie it is the example of a page
func ignored() {
	var wg sync.WaitGroup
	wg.Go(func() { work() })
	wg.Wait()
}
