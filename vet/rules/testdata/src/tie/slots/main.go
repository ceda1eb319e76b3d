// Channels that hold tasks back: those that do no more are a limit.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

func main() {
	ctx := context.Background()
	list := []int{1, 2, 3, 4, 5, 6}
	if len(os.Args) > 2 { // ends the process
		fmt.Println(crashes(list), "alive")
		return
	}
	fmt.Println(slots(list))
	fmt.Println(slotsAtTheEnd(list))
	fmt.Println(slotsOfGo(6))
	fmt.Println(errors.Is(slotsOfErrgroup(ctx, list), io.EOF))
	fmt.Println(slotsCounted(list))
	fmt.Println(variableSlots(list, 2))
	fmt.Println(slotsAmongOthers(list))
	fmt.Println(slotsBeforeMore(list))
	fmt.Println(slotsOfTwo(list))
	fmt.Println(slotsAndMore(list))
	fmt.Println(slotsByFunctions(list))
	fmt.Println(slotsHanded(list))
	fmt.Println(slotsThatCrash(list))
	fmt.Println(slotsOfPool(list))
	fmt.Println(slotsOfNothing(2))
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

// The channel holds tasks back, and no more.
func slots(list []int) int {
	var s sum
	sem := make(chan struct{}, 4)
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for _, n := range list {
		sem <- struct{}{}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { <-sem }()
			s.add(square(n))
		}()
	}
	wg.Wait()
	return s.n
}

func slotsAtTheEnd(list []int) int {
	const most = 2
	var s sum
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	busy := make(chan bool, most)
	for i := 0; i < len(list); i++ {
		busy <- true
		wg.Add(1)
		go func(n int) {
			s.add(square(n))
			<-busy
			wg.Done()
		}(list[i])
	}
	wg.Wait()
	return s.n
}

func slotsOfGo(n int) int {
	var s sum
	sem := make(chan int, 3)
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for i := range n {
		sem <- 1
		wg.Go(func() {
			defer func() { <-sem }()
			s.add(square(i))
		})
	}
	wg.Wait()
	return s.n
}

func slotsOfErrgroup(ctx context.Context, list []int) error {
	sem := make(chan struct{}, 2)
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	for _, n := range list {
		sem <- struct{}{}
		g.Go(func() error {
			defer func() { <-sem }()
			if n > 4 {
				return io.EOF
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

// The others are not started then, and give no slot back.
func crashes(list []int) int {
	sem := make(chan struct{}, 1)
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for _, n := range list {
		sem <- struct{}{}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { <-sem }()
			if n == 2 {
				panic("the task's")
			}
		}()
	}
	wg.Wait()
	return len(list)
}

// What else is done in the loop would be done at once.
func slotsCounted(list []int) int {
	var s sum
	started := 0
	sem := make(chan struct{}, 4)
	var wg sync.WaitGroup // want `between its tasks and its join waits for sem, which tasks receive from: once a task has panicked no more are started, and the wait would never end; braid.Limit\(4\) holds tasks back`
	for _, n := range list {
		sem <- struct{}{}
		started++
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { <-sem }()
			s.add(square(n))
		}()
	}
	wg.Wait()
	return s.n + started
}

// How many there are may be none.
func variableSlots(list []int, n int) int {
	var s sum
	sem := make(chan struct{}, n)
	var wg sync.WaitGroup // want `waits for sem, which tasks receive from: .*; braid.Limit\(n\) holds tasks back`
	for _, n := range list {
		sem <- struct{}{}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { <-sem }()
			s.add(square(n))
		}()
	}
	wg.Wait()
	return s.n
}

// Others have slots too.
func slotsAmongOthers(list []int) int {
	var s sum
	sem := make(chan struct{}, 4)
	sem <- struct{}{}
	var wg sync.WaitGroup // want `waits for sem, which tasks receive from`
	for _, n := range list {
		sem <- struct{}{}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { <-sem }()
			s.add(square(n))
		}()
	}
	wg.Wait()
	return s.n + len(sem)
}

// What comes behind the loop waits for slots.
func slotsBeforeMore(list []int) int {
	var s sum
	sem := make(chan struct{}, 4)
	var wg sync.WaitGroup // want `waits for sem, which tasks receive from`
	for _, n := range list {
		sem <- struct{}{}
		wg.Go(func() {
			defer func() { <-sem }()
			s.add(square(n))
		})
	}
	s.add(1)
	wg.Wait()
	return s.n
}

func slotsOfTwo(list []int) int {
	var s sum
	sem := make(chan struct{}, 4)
	var wg sync.WaitGroup // want `waits for sem, which tasks receive from`
	for _, n := range list {
		sem <- struct{}{}
		wg.Go(func() {
			defer func() { <-sem }()
			s.add(square(n))
		})
		wg.Go(func() { s.add(n) })
	}
	wg.Wait()
	return s.n
}

// The slots are a limit's, but the tasks wait for each other.
func slotsAndMore(list []int) int {
	var s sum
	next := make(chan int)
	sem := make(chan struct{}, 6)
	var wg sync.WaitGroup // want `a task waits for next, which others receive from`
	for i, n := range list {
		sem <- struct{}{}
		wg.Go(func() {
			defer func() { <-sem }()
			if i%2 == 0 {
				next <- n
			} else {
				s.add(<-next)
			}
		})
	}
	wg.Wait()
	return s.n
}

type places struct{ slots chan struct{} }

func (p *places) take() { p.slots <- struct{}{} }
func (p *places) give() { <-p.slots }

func slotsByFunctions(list []int) int {
	var s sum
	p := &places{make(chan struct{}, 2)}
	free := func() { p.give() }
	var wg sync.WaitGroup // want `waits for p.slots, which tasks receive from`
	for _, n := range list {
		p.take()
		wg.Go(func() {
			defer free()
			s.add(square(n))
		})
	}
	wg.Wait()
	return s.n
}

func slotsHanded(list []int) int {
	var s sum
	sem := make(chan struct{}, 2)
	var wg sync.WaitGroup // want `waits for sem, which tasks receive from: .*; braid.Limit\(2\) holds tasks back`
	for _, n := range list {
		sem <- struct{}{}
		wg.Add(1)
		go func(n int, slots <-chan struct{}) {
			defer wg.Done()
			defer func() { <-slots }()
			s.add(square(n))
		}(n, sem)
	}
	wg.Wait()
	return s.n
}

// The new code dies of a panic as well.
func slotsThatCrash(list []int) (n int) {
	defer func() { _ = recover() }()
	var s sum
	sem := make(chan struct{}, 4)
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for _, n := range list {
		sem <- struct{}{}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { <-sem }()
			s.add(square(n))
		}()
	}
	wg.Wait()
	return s.n
}

// The pool would go on after a panic.
func slotsOfPool(list []int) int {
	var s sum
	sem := make(chan struct{}, 2)
	p := pool.New() // want `this conc group could be braid.Run, but .* waits for sem, which tasks receive from: .*; braid.Limit\(2\) holds tasks back`
	for _, n := range list {
		sem <- struct{}{}
		p.Go(func() {
			defer func() { <-sem }()
			s.add(square(n))
		})
	}
	p.Wait()
	return s.n
}

// There is nothing in the task that would give a slot back.
func slotsOfNothing(n int) int {
	sem := make(chan int, 2)
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for range n {
		sem <- 1
		wg.Go(func() {})
	}
	wg.Wait()
	return len(sem)
}
