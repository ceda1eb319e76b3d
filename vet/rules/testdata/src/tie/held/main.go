// What waits for tasks while they run: where one of them panics the others do not start.
package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

func main() {
	ctx := context.Background()
	list := []int{1, 2, 3, 4, 5, 6}
	fmt.Println(weighted(ctx, list))
	fmt.Println(weightedWithGroup(ctx, list))
	fmt.Println(inTheTask(list))
	fmt.Println(inTheTaskByMethods(list))
	fmt.Println(limited(ctx, list))
	fmt.Println(workers(list))
	fmt.Println(workersOfFunctions(list))
	fmt.Println(workersInTime(list))
	fmt.Println(heard(list))
	fmt.Println(heardInTime(list))
	fmt.Println(heardLater(list))
	fmt.Println(heardByAnother(list))
	fmt.Println(pipe(list))
	fmt.Println(pipeWithRoom(list))
	fmt.Println(ready(), readyAfter(), readyLast())
	fmt.Println(unlocked(list), lockedInEach(list))
	fmt.Println(signalled(), counted(list))
	fmt.Println(cancelled(ctx, list))
	fmt.Println(cancelledElsewhere(ctx, list))
	fmt.Println(called(3), calledBesides(3))
}

func square(n int) int { return n * n }

type sum struct {
	mu sync.Mutex
	n  int
}

func (s *sum) add(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n += n
	return s.n
}

func weighted(ctx context.Context, list []int) int {
	var s sum
	sem := semaphore.NewWeighted(2)
	var wg sync.WaitGroup // want `waits for sem, which tasks release: .*; braid.Limit holds tasks back, with braid.Weight`
	for _, n := range list {
		_ = sem.Acquire(ctx, 1)
		wg.Go(func() {
			defer sem.Release(1)
			s.add(square(n))
		})
	}
	wg.Wait()
	return s.n
}

// The end of the group ends the wait; but in a dead context there was no error.
func weightedWithGroup(ctx context.Context, list []int) error {
	var s sum
	sem := semaphore.NewWeighted(2)
	g, ctx := errgroup.WithContext(ctx) // want `in a dead context braid does not run that`
	for _, n := range list {
		if sem.Acquire(ctx, 1) != nil {
			break
		}
		g.Go(func() error {
			defer sem.Release(1)
			s.add(square(n))
			return ctx.Err()
		})
	}
	return g.Wait()
}

// Who does not start takes no slot.
func inTheTask(list []int) int {
	var s sum
	sem := make(chan struct{}, 4)
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for _, n := range list {
		wg.Add(1)
		go func() {
			defer wg.Done()
			sem <- struct{}{}
			defer func() { <-sem }()
			s.add(square(n))
		}()
	}
	wg.Wait()
	return s.n
}

type places struct{ slots chan struct{} }

func (p *places) take() { p.slots <- struct{}{} }
func (p *places) give() { <-p.slots }

func inTheTaskByMethods(list []int) int {
	var s sum
	p := &places{make(chan struct{}, 2)}
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for _, n := range list {
		wg.Go(func() {
			p.take()
			defer p.give()
			s.add(square(n))
		})
	}
	wg.Wait()
	return s.n
}

func limited(ctx context.Context, list []int) error {
	var s sum
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	g.SetLimit(4)
	for _, n := range list {
		g.Go(func() error {
			s.add(square(n))
			return ctx.Err()
		})
	}
	return g.Wait()
}

func workers(list []int) int {
	var s sum
	jobs := make(chan int)
	var wg sync.WaitGroup // want `between its tasks and its join waits for jobs, which tasks receive from: once a task has panicked no more are started, and the wait would never end$`
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := range jobs {
				s.add(square(n))
			}
		}()
	}
	for _, n := range list {
		jobs <- n
	}
	close(jobs)
	wg.Wait()
	return s.n
}

func work(jobs <-chan int, s *sum) {
	for n := range jobs {
		s.add(square(n))
	}
}

func workersOfFunctions(list []int) int {
	var s sum
	jobs := make(chan int)
	var wg sync.WaitGroup // want `waits for jobs, which tasks receive from`
	for range 3 {
		wg.Go(func() { work(jobs, &s) })
	}
	for _, n := range list {
		jobs <- n
	}
	close(jobs)
	wg.Wait()
	return s.n
}

// All that there is to do fits in.
func workersInTime(list []int) int {
	var s sum
	jobs := make(chan int, len(list))
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for range 3 {
		wg.Go(func() { work(jobs, &s) })
	}
	for i := range list {
		s.add(i)
	}
	for range list {
		jobs <- 2
	}
	close(jobs)
	wg.Wait()
	return s.n
}

// A result that is received before the join may never come.
func heard(list []int) int {
	n := 0
	squares := make(chan int)
	var wg sync.WaitGroup // want `waits for squares, which tasks send to`
	for _, n := range list {
		wg.Go(func() { squares <- square(n) })
	}
	for range list {
		n += <-squares
	}
	wg.Wait()
	return n
}

func heardInTime(list []int) int {
	n := 0
	squares := make(chan int, len(list))
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for _, n := range list {
		wg.Go(func() { squares <- square(n) })
	}
	select {
	case m := <-squares:
		n += m
	case <-time.After(time.Second):
	}
	wg.Wait()
	return min(n, 1)
}

// It is received behind the join.
func heardLater(list []int) int {
	n := 0
	squares := make(chan int, len(list))
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for _, n := range list {
		wg.Go(func() { squares <- square(n) })
	}
	wg.Wait()
	close(squares)
	for m := range squares {
		n += m
	}
	return n
}

// It is received by somebody who is no task.
func heardByAnother(list []int) int {
	n := 0
	squares, all := make(chan int), make(chan bool)
	go func() { // want `hears of it over all`
		for m := range squares {
			n += m
		}
		close(all)
	}()
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for _, n := range list {
		wg.Go(func() { squares <- square(n) })
	}
	wg.Wait()
	close(squares)
	<-all
	return n
}

func pipe(list []int) int {
	n := 0
	squares := make(chan int)
	var wg sync.WaitGroup // want `a task waits for squares, which others receive from`
	wg.Go(func() {
		defer close(squares)
		for _, n := range list {
			squares <- square(n)
		}
	})
	wg.Go(func() {
		for m := range squares {
			n += m
		}
	})
	wg.Wait()
	return n
}

// Whoever sends does not wait, and the first task is started in any case.
func pipeWithRoom(list []int) int {
	n := 0
	squares := make(chan int, len(list))
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Go(func() {
		defer close(squares)
		for range list {
			squares <- square(2)
		}
	})
	wg.Go(func() {
		for m := range squares {
			n += m
		}
	})
	wg.Wait()
	return n
}

// The first task is started in any case, and says so before it can fail.
func ready() (n int) {
	up := make(chan struct{})
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Go(func() {
		close(up)
		n = square(3)
	})
	<-up
	wg.Wait()
	return n
}

func readyAfter() (n int) {
	up := make(chan struct{})
	var wg sync.WaitGroup // want `waits for up, which tasks send to or close`
	wg.Go(func() {
		n = square(3)
		close(up)
	})
	<-up
	wg.Wait()
	return n
}

func readyLast() (n int) {
	up := make(chan struct{})
	var wg sync.WaitGroup // want `waits for up, which tasks send to or close`
	wg.Go(func() { n = square(3) })
	wg.Go(func() { close(up) })
	<-up
	wg.Wait()
	return n
}

// A lock that is taken in the loop is given back by the task.
func unlocked(list []int) int {
	n := 0
	var mu sync.Mutex
	var wg sync.WaitGroup // want `waits for mu, which tasks unlock`
	for _, k := range list {
		mu.Lock()
		wg.Go(func() {
			defer mu.Unlock()
			n += k
		})
	}
	wg.Wait()
	return n
}

func lockedInEach(list []int) int {
	n := 0
	var mu sync.Mutex
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for _, k := range list {
		wg.Go(func() {
			mu.Lock()
			n += k
			mu.Unlock()
		})
		mu.Lock()
		n++
		mu.Unlock()
	}
	wg.Wait()
	return n
}

func signalled() (n int) {
	var mu sync.Mutex
	some := sync.NewCond(&mu)
	var wg sync.WaitGroup // want `a task waits for some, which others signal`
	wg.Go(func() {
		mu.Lock()
		defer mu.Unlock()
		for n == 0 {
			some.Wait()
		}
	})
	wg.Go(func() {
		mu.Lock()
		defer mu.Unlock()
		n = square(2)
		some.Signal()
	})
	wg.Wait()
	return n
}

func counted(list []int) int {
	var s sum
	var begun sync.WaitGroup // want `Add is not right before the go statements it counts`
	var wg sync.WaitGroup    // want `waits for begun, which tasks count down`
	for _, n := range list {
		begun.Add(1)
		wg.Go(func() {
			begun.Done()
			s.add(n)
		})
	}
	begun.Wait()
	wg.Wait()
	return s.n
}

// The end of the group ends the wait.
func cancelled(ctx context.Context, list []int) error {
	squares := make(chan int)
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	g.Go(func() error {
		for _, n := range list {
			select {
			case squares <- square(n):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	g.Go(func() error {
		for range list {
			select {
			case <-squares:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return g.Wait()
}

// That of another context does not.
func cancelledElsewhere(outer context.Context, list []int) error {
	squares := make(chan int)
	g, ctx := errgroup.WithContext(outer) // want `a task waits for squares, which others send to or close: once a task has failed no more are started`
	for _, n := range list {
		g.Go(func() error {
			select {
			case squares <- square(n):
			case <-outer.Done():
			}
			return ctx.Err()
		})
		g.Go(func() error {
			<-squares
			return ctx.Err()
		})
	}
	return g.Wait()
}

func called(n int) int {
	answer := make(chan int, 1)
	go func() { // want `a goroutine whose result comes over a channel is braid.Call`
		answer <- square(n)
	}()
	_ = n + 1
	return <-answer
}

func calledBesides(n int) int {
	question, answer := make(chan int), make(chan int, 1)
	go func() { // want `a promise: braid.Fork`
		square(n)
		answer <- square(<-question)
	}()
	question <- n
	return <-answer
}
