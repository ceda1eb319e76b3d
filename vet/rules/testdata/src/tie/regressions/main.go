// What the fixes of the standard modernizers got wrong: each function is a case of an
// issue of golang/go, or of one like it, that can be carried over.
package main

import (
	. "context"
	"errors"
	"fmt"
	"os"
	wait "sync"

	"golang.org/x/sync/errgroup"
)

func main() {
	if len(os.Args) > 2 { // cases that end the process
		crashes[os.Args[2]]()
		fmt.Println("alive")
		return
	}
	fmt.Println(comments())
	fmt.Println(recoversItself())
	fmt.Println(named([]string{"a", "b"}))
	fmt.Println(inLoop([]string{"a", "b"}))
	fmt.Println(groups())
	fmt.Println(scoped())
	fmt.Println(receivers())
	fmt.Println(failed(Background()))
}

// golang/go#76004, golang/go#75724: what a fix makes has to compile, also where comments
// share a line with what goes.
func comments() (n int) {
	// The group.
	var wg wait.WaitGroup // of one // want `this WaitGroup and its tasks are braid.Run`
	// Count it.
	wg.Add(1) // one
	// Start it.
	go func() { // a literal
		// First of all.
		defer wg.Done() // whatever happens
		// Then the work.
		n = 1 // done
		// The end.
	}() // started
	// Wait.
	wg.Wait() // for it
	// Say so.
	return n
}

// golang/go#77559: a task that recovers, with a Done that is deferred before that, still has ended when it has recovered.
func recoversItself() (n int) {
	var wg wait.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer func() {
			if recover() != nil {
				n = 2
			}
		}()
		panic("caught")
	}()
	wg.Wait()
	return n
}

// Parameters that have the names of what the new code needs.
func named(in []string) []string {
	out := make([]string, len(in))
	var wg wait.WaitGroup // want `could be braid.Run, but a name that the new code needs is taken`
	for i := range in {
		wg.Add(1)
		go func(context string) {
			defer wg.Done()
			out[i] = context
		}(in[i] + "!")
	}
	wg.Wait()
	return out
}

// A variable of a loop around the task has one.
func inLoop(in []string) []string {
	out := make([]string, len(in))
	var wg wait.WaitGroup // want `could be braid.Run, but a name that the new code needs is taken`
	for i, context := range in {
		wg.Add(1)
		go func() {
			defer wg.Done()
			out[i] = context + in[i]
		}()
	}
	wg.Wait()
	return out
}

// Two groups, one within the other: each task goes to its own.
func groups() (n int) {
	var mu wait.Mutex
	add := func(k int) {
		mu.Lock()
		defer mu.Unlock()
		n += k
	}
	var outer wait.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
	outer.Go(func() {
		var inner wait.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
		inner.Go(func() {
			outer.Go(func() { add(10) })
			add(1)
		})
		inner.Wait()
	})
	outer.Wait()
	return n
}

// The body has names of its own at its end.
func scoped() (n int) {
	var wg wait.WaitGroup // want `could be braid.Run, but nil is not what it was`
	wg.Go(func() {
		nil := 3
		n = nil
	})
	wg.Wait()
	return n
}

type server struct {
	wg   wait.WaitGroup
	part struct{ wg wait.WaitGroup }
}

// golang/go#75724, golang/go#76004: groups that are no plain variables. No fix is made of them.
func receivers() (n int) {
	var s server
	s.wg.Add(1)
	go func() { // want `nothing here waits for this goroutine`
		defer s.wg.Done()
		n++
	}()
	s.wg.Wait()
	s.part.wg.Add(1)
	go func() { // want `nothing here waits for this goroutine`
		n++
		s.part.wg.Done()
	}()
	s.part.wg.Wait()
	list := [1]*wait.WaitGroup{&s.wg}
	list[0].Add(1)
	go func() { // want `nothing here waits for this goroutine`
		defer list[0].Done()
		n++
	}()
	list[0].Wait()
	return n
}

var errLost = errors.New("lost")

// A failure's name is not its identity.
func failed(ctx Context) bool {
	g, ctx := errgroup.WithContext(ctx) // want `this errgroup and its tasks are braid.Run`
	g.Go(func() error { return errors.Join(errLost, ctx.Err()) })
	err := g.Wait()
	return errors.Is(err, errLost)
}

// golang/go#76126: the join of WaitGroup.Go returns when a task panics, and what is behind it
// races with the end of the process. A group's join does not return then.
var crashes = map[string]func(){
	"panics": func() {
		var wg wait.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
		wg.Go(func() { panic("the task's") })
		wg.Wait()
		fmt.Println("joined")
	},
	"recovers": func() {
		defer func() { fmt.Println("recovered", recover()) }()
		var wg wait.WaitGroup // want `this WaitGroup and its tasks are braid.Run`
		wg.Go(func() { panic("the task's") })
		wg.Wait()
		fmt.Println("joined")
	},
}
