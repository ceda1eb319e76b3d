// Package model says what a group does, as a sequential specification that a
// reader can check against docs/semantics.md rule by rule, and compares it with
// the library on random programs.
//
// A program is a small tree of groups, tasks and time limits ([Program]).
// [Run] tells what becomes of it: how each task ends, with which error tree,
// and when, in virtual time. The tests run the same program on the library in
// a bubble of testing/synctest and compare.
//
// Everything in a program that takes time takes a time of its own, to the
// nanosecond, and everybody pauses after each act. So no two things happen at
// once that the contract leaves the order of open; where that fails the model
// says so ([Result.Open]) and nothing is compared.
//
// Modelled are groups made by Run and Open (closed, waited for, or left open)
// and nested, tasks with and without handles, GoWait, waits for tasks, limits
// and weights, background tasks and those that always run, supervised groups,
// panics as errors; cancels of groups and of tasks, deaths and deadlines above,
// Timeout, MoveOn and Shield; and errors, panics and Goexits at any place, with
// the error tree, the states and the time to the nanosecond.
//
// Not modelled are Start, AsCompleted, AfterFunc, Defer, GoWith, SetLimit, Rate,
// CancelNoise, OnFailure, Keep's bound, reports of stalls, Abandon, movable
// deadlines, and what is built upon groups (Map, Race, Retry, streams and so
// on); nor calls from goroutines that are no tasks. Of a task that waits twice
// at once, and of deaths that meet, see where Open is set.
package model

import (
	"fmt"
	"strings"
	"time"
)

// This file holds programs, and prints them as text that reads like Go.

// A Program is a root group under a context that may die.
type Program struct {
	Root     *Group
	Dies     time.Duration // when the context above dies; 0 for never
	Deadline bool          // it dies by its deadline, and not of a cancel with a cause
}

// A Group is what Run or Open makes.
type Group struct {
	ID             int
	Limit          int // 0: none
	Supervised     bool
	PanicsAsErrors bool
	Body           *Script
}

// A Task is what Go, Fork or GoWait hands over.
type Task struct {
	ID         int
	Handle     bool // Fork, else Go
	Background bool
	Always     bool
	Weight     int // 0: none given
	Body       *Script
}

// WeightIn gives the task's weight in g, which is none without a limit.
func (t *Task) WeightIn(g *Group) int { return min(t.Weight, g.Limit) }

// A Script is the body of a group, or the function of a task or a time limit.
type Script struct {
	ID    int
	Pause time.Duration // before the first act
	Acts  []Act
	End   End
}

// A Kind says what an act does.
type Kind uint8

const (
	Sleep      Kind = iota // until Time has passed or the context is dead
	Stubborn               // until Time has passed
	Spawn                  // hand Task to the group that is Level groups up
	GoWait                 // the same, and wait for its start
	Wait                   // wait for the task Ref, if it has been handed over and has a handle
	CancelTask             // cancel the task Ref
	Cancel                 // cancel the group that is Level groups up
	Nest                   // Run Group
	Timeout                // run Body for no longer than Time
	MoveOn                 // the same, and swallow the timeout
	Shield                 // run Body shielded, for no longer than Time
	OpenClose              // Open Group, run its Body, and Close
	OpenWait               // … and Wait
	OpenLeave              // … and leave it open
	kinds
)

// AsksDone reports whether the script begins by asking its context for Done:
// some contexts are made on demand.
func (s *Script) AsksDone() bool { return s.ID%2 == 0 }

// An Act is one act of a script. Its error, if it gives one, goes on as Err says.
type Act struct {
	Kind  Kind
	Time  time.Duration
	Level int
	Ref   int
	Task  *Task
	Group *Group
	Body  *Script
	Err   Policy
	Clean time.Duration // what it takes to return after an error
	Pause time.Duration // after the act
}

// A Policy says what becomes of the error of an act.
type Policy uint8

const (
	Return Policy = iota // it is returned
	Wrap                 // it is returned in a wrapper
	Ctx                  // what ctx.Err says is returned, or the error if that is nothing
	Cause                // what context.Cause says is returned, or the error if that is nothing
	Other                // another error is returned
	Keep                 // it is kept, for the script's End
	Ignore
	policies
)

// An End says how a script ends that came to its last act.
type End uint8

const (
	OK     End = iota // returns nil
	Fail              // returns an error of its own
	Kept              // returns the last error that was kept
	Joined            // returns all that were kept, and one of its own, joined
	Alive             // returns context.Canceled, whatever its context says
	Panic             // panics
	Goexit            // calls runtime.Goexit
	ends
)

func (p *Program) String() string {
	w := &printer{}
	switch {
	case p.Dies > 0 && p.Deadline:
		w.line("ctx, _ := context.WithTimeout(ctx, %d)", p.Dies)
	case p.Dies > 0:
		w.line("time.AfterFunc(%d, func() { cancel(errWhy) })", p.Dies)
	}
	w.group("Run", p.Root)
	return w.String()
}

type printer struct {
	strings.Builder
	depth int
}

func (w *printer) line(format string, args ...any) {
	w.WriteString(strings.Repeat("\t", w.depth))
	fmt.Fprintf(w, format, args...)
	w.WriteByte('\n')
}

func (w *printer) group(call string, g *Group) {
	opts := ""
	if g.Limit > 0 {
		opts += fmt.Sprintf(", Limit(%d)", g.Limit)
	}
	if g.Supervised {
		opts += ", Supervised"
	}
	if g.PanicsAsErrors {
		opts += ", PanicsAsErrors"
	}
	w.line("%s(ctx, func(ctx, g%d) error { // script %d", call, g.ID, g.Body.ID)
	w.script(g.Body)
	w.line("}%s)", opts)
}

var (
	policyNames = [...]string{"return err", "return wrapped err", "return ctx.Err()", "return context.Cause(ctx)", "return another", "keep err", "_ = err"}
	endNames    = [...]string{"return nil", "return fail", "return kept", "return errors.Join(kept..., fail)", "return context.Canceled", "panic(fail)", "runtime.Goexit()"}
	kindNames   = [...]string{"Sleep", "time.Sleep", "Fork", "GoWait", "Wait", "Cancel", "g.Cancel", "Run", "Timeout", "MoveOn", "Shield", "Open, Close", "Open, Wait", "Open"}
)

func (w *printer) script(s *Script) {
	w.depth++
	if s.AsksDone() {
		w.line("_ = ctx.Done()")
	}
	w.line("time.Sleep(%d)", s.Pause)
	for _, a := range s.Acts {
		switch a.Kind {
		case Sleep:
			w.line("err := Sleep(ctx, %d)", a.Time)
		case Stubborn:
			w.line("time.Sleep(%d)", a.Time)
		case Spawn, GoWait:
			w.task(&a)
		case Wait:
			w.line("err := t%d.Wait(ctx)", a.Ref)
		case CancelTask:
			w.line("t%d.Cancel()", a.Ref)
		case Cancel:
			w.line("g[-%d].Cancel()", a.Level)
		case Nest, OpenClose, OpenWait, OpenLeave:
			w.group("err := "+kindNames[a.Kind], a.Group)
		default:
			w.line("err := %s(ctx, %d, func(ctx) error { // script %d", kindNames[a.Kind], a.Time, a.Body.ID)
			w.script(a.Body)
			w.line("})")
		}
		if a.Kind.fails() {
			w.line("if err != nil { time.Sleep(%d); %s }", a.Clean, policyNames[a.Err])
		}
		w.line("time.Sleep(%d)", a.Pause)
	}
	w.line("%s", endNames[s.End])
	w.depth--
}

// fails reports whether an act of the kind may give an error.
func (k Kind) fails() bool {
	return k != Stubborn && k != Spawn && k != CancelTask && k != Cancel && k != OpenLeave
}

func (w *printer) task(a *Act) {
	t := a.Task
	opts := ""
	if t.Background {
		opts += ", Background"
	}
	if t.Always {
		opts += ", Always"
	}
	if t.Weight > 0 {
		opts += fmt.Sprintf(", Weight(%d)", t.Weight)
	}
	call := fmt.Sprintf("g[-%d].Go(", a.Level)
	switch {
	case a.Kind == GoWait:
		call = fmt.Sprintf("err := g[-%d].GoWait(ctx, ", a.Level)
	case t.Handle:
		call = fmt.Sprintf("t%d := Fork(g[-%d], ", t.ID, a.Level)
	}
	w.line("%sfunc(ctx) error { // task %d, script %d", call, t.ID, t.Body.ID)
	w.script(t.Body)
	w.line("}%s)", opts)
}
