// Package explore looks at every interleaving of small models of the engine.
//
// A model is a state, a comparable value, and the steps that lead from it to
// others: what one section under a lock does, or one atomic operation, of each
// goroutine that can go on. [Explore] visits every state that can be reached
// and checks what must hold in each; that where nobody can go on all is as it
// should be at the end; and that no run goes on for ever.
//
// What it proves holds for the models. They are written beside the code, name
// by name, so that a reader can compare; see docs/proof.md.
package explore

import (
	"errors"
	"fmt"
	"strings"
)

// This file is the explorer. It knows nothing of the models.

// A Model is a system to explore. Its states are values that can be compared.
type Model[S comparable] interface {
	// Start gives the first state.
	Start() S
	// Steps calls yield with each state that one atomic step leads to from s,
	// with who takes the step and what it is.
	Steps(s S, yield func(who, what string, next S))
	// Check gives what is wrong in s, whatever has led there.
	Check(s S) error
	// End gives what is wrong with s as a last state.
	End(s S) error
}

// A Size tells how much was looked at.
type Size struct {
	States int // that can be reached
	Steps  int // between them
	Ends   int // states in which nobody can go on
	Depth  int // steps of the shortest way to the farthest state
}

// A Fault is a way to a state in which something is wrong, as short as any.
type Fault struct {
	Err   error
	Trace []string
}

func (f *Fault) Error() string {
	return f.Err.Error() + ", after\n\t" + strings.Join(f.Trace, "\n\t")
}

func (f *Fault) Unwrap() error { return f.Err }

var errEndless = errors.New("a run that never ends")

// Explore visits all states of m, nearest first. It gives the first fault, or
// nil if there is none; it fails too if there are more than most states.
func Explore[S comparable](m Model[S], most int) (Size, error) {
	e := explorer[S]{m: m, number: map[S]int32{}}
	e.visit(m.Start(), -1)
	for at := 0; at < len(e.states); at++ {
		s := e.states[at]
		if err := m.Check(s); err != nil {
			return e.size, e.fault(at, err)
		}
		e.first = append(e.first, int32(len(e.edges)))
		m.Steps(s, func(_, _ string, next S) {
			e.edges = append(e.edges, e.visit(next, int32(at)))
			e.size.Steps++
		})
		if len(e.edges) == int(e.first[at]) {
			e.size.Ends++
			if err := m.End(s); err != nil {
				return e.size, e.fault(at, err)
			}
		}
		if e.size.States = len(e.states); e.size.States > most {
			return e.size, fmt.Errorf("more than %d states", most)
		}
	}
	e.first = append(e.first, int32(len(e.edges)))
	e.size.Depth = len(e.way(len(e.states)-1)) - 1
	if at := e.circle(); at >= 0 {
		return e.size, e.fault(at, errEndless)
	}
	return e.size, nil
}

type explorer[S comparable] struct {
	m      Model[S]
	states []S
	from   []int32 // the state from which each was first seen
	number map[S]int32
	edges  []int32 // the states next to each, those of state i from first[i] on
	first  []int32
	size   Size
}

func (e *explorer[S]) visit(s S, from int32) int32 {
	n, ok := e.number[s]
	if !ok {
		n = int32(len(e.states))
		e.number[s] = n
		e.states = append(e.states, s)
		e.from = append(e.from, from)
	}
	return n
}

// circle gives a state on a way that leads back to itself, or after such a
// way, or -1: states are taken away as long as there are some that no other
// leads to, and then none is left.
func (e *explorer[S]) circle() int {
	into := make([]int32, len(e.states))
	for _, n := range e.edges {
		into[n]++
	}
	var free []int
	for i, n := range into {
		if n == 0 {
			free = append(free, i)
		}
	}
	for len(free) > 0 {
		at := free[len(free)-1]
		free = free[:len(free)-1]
		for _, n := range e.edges[e.first[at]:e.first[at+1]] {
			if into[n]--; into[n] == 0 {
				free = append(free, int(n))
			}
		}
	}
	for i, n := range into {
		if n > 0 {
			return i
		}
	}
	return -1
}

// way gives the states from the first one to the one at.
func (e *explorer[S]) way(at int) (way []S) {
	for n := int32(at); n >= 0; n = e.from[n] {
		way = append(way, e.states[n])
	}
	for i, j := 0, len(way)-1; i < j; i, j = i+1, j-1 {
		way[i], way[j] = way[j], way[i]
	}
	return way
}

// fault tells how the state at is reached. Who takes which step is asked again
// instead of being kept for every step there is.
func (e *explorer[S]) fault(at int, err error) *Fault {
	f := &Fault{Err: err}
	way := e.way(at)
	for i := range len(way) - 1 {
		told := false
		e.m.Steps(way[i], func(who, what string, next S) {
			if next == way[i+1] && !told {
				f.Trace = append(f.Trace, who+": "+what)
				told = true
			}
		})
	}
	return f
}
