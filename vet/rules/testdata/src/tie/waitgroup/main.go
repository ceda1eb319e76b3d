// WaitGroups and go statements that become braid.Run.
package main

import (
	"fmt"
	"sync"
)

func main() {
	fmt.Println(squares([]int{1, 2, 3}))
	fmt.Println(counted(4))
	fmt.Println(two("a", "b"))
	fmt.Println(evaluated())
	fmt.Println(early([]int{1, -2, 3}))
	fmt.Println(recovered())
	fmt.Println(survives())
	fmt.Println(methods())
	fmt.Println(shadowed(3))
	fmt.Println(nested())
	fmt.Println(parameters([]string{"a", "b"}))
	begins()
}

// The argument is the loop's own variable: the body may read it itself.
func squares(in []int) []int {
	out := make([]int, len(in))
	total := 0
	var mu sync.Mutex
	// The group.
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for i, n := range in {
		wg.Add(1)
		go func(n int) {
			defer wg.Done() // always
			out[i] = n * n
			mu.Lock()
			total += n
			mu.Unlock()
		}(n)
	}
	wg.Wait()
	return append(out, total)
}

// Add for all of them before the loop, Done at the end.
func counted(n int) int {
	sum := 0
	var mu sync.Mutex
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			mu.Lock()
			sum += i
			mu.Unlock()
			wg.Done()
		}()
	}
	wg.Wait()
	return sum
}

func two(a, b string) string {
	var x, y string
	wg := &sync.WaitGroup{} // want `this WaitGroup and its tasks are braid.Run`
	wg.Add(2)
	go func() { defer wg.Done(); x = a; x += a }()
	go func() { defer wg.Done(); y = b; y += b }()
	wg.Wait()
	return x + y
}

// Arguments are evaluated when the task is handed over, not when it runs.
func evaluated() []int {
	out := make([]int, 3)
	n := 0
	next := func() int { n++; return n }
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for i := range out {
		wg.Add(1)
		go func(v int, _ string, any interface{}) {
			defer wg.Done()
			v += any.(int)
			out[i] = v
		}(next(), "x", n)
	}
	n = 100
	wg.Wait()
	return out
}

func early(in []int) []int {
	out := make([]int, len(in))
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for i, n := range in {
		if n == 0 {
			continue
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			if n < 0 {
				return
			}
			out[i] = n
		}()
	}
	wg.Wait()
	return out
}

// A task that recovers itself goes on doing so.
func recovered() (msg any) {
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer func() { msg = recover() }()
		panic("caught")
	}()
	wg.Wait()
	return msg
}

// A panic of a task would kill the process although this function recovers: it still does.
func survives() (n int) {
	defer func() { _ = recover() }()
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Add(1)
	go func() {
		defer wg.Done()
		n = 1
	}()
	wg.Wait()
	return n
}

func methods() int {
	var a, b int
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Go(func() { a = 1 })
	wg.Go(func() {
		if b == 0 {
			b = 2
			return
		}
	})
	wg.Wait()
	return a + b
}

// g is taken, and so is ctx.
func shadowed(g int) int {
	ctx := g
	out := 0
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Go(func() { out = ctx + g })
	wg.Wait()
	return out
}

// Tasks that start tasks.
func nested() int {
	var mu sync.Mutex
	n := 0
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Go(func() {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			n++
		})
		mu.Lock()
		defer mu.Unlock()
		n++
	})
	wg.Wait()
	return n
}

// Parameters are variables of the block, where no other has their name and none is meant behind.
func parameters(names []string) int {
	lengths := make(map[string]int)
	var mu sync.Mutex
	var wg sync.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	for i := range names {
		wg.Add(1)
		go func(name string) {
			defer wg.Done()

			mu.Lock()
			defer mu.Unlock()
			lengths[name] += len(name)
		}(names[i])
	}
	for i := range names {
		name := names[i] + names[i]
		wg.Add(1)
		go func(name string) {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			lengths[name] += len(name)
		}(names[i] + "!")
		_ = name
	}
	for i := range names {
		wg.Add(2)
		go func(twice string) {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			lengths[twice]++
		}(names[i] + "1")
		go func(twice string) {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			lengths[twice]++
		}(names[i] + "2")
	}
	wg.Wait()
	return len(lengths)
}

func begins() {
	wg := sync.WaitGroup{} // want `this WaitGroup and its tasks are braid.Run`
	wg.Add(2)

	go func() {
		defer wg.Done()

		fmt.Print("x")
	}()

	go func() {
		defer wg.Done()
		fmt.Print("x")
	}()

	wg.Wait()
	fmt.Println(" begun")
}
