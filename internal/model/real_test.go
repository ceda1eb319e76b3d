package model

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
)

// This file runs programs on the library, in a bubble, and reads its errors
// into the trees of the model, so that both are text in the same way.

// machine runs one program.
type machine struct {
	start  time.Time
	mu     sync.Mutex
	notes  map[int][]Note
	tasks  map[int]*braid.Task[int]
	result Result
}

// real gives what becomes of p. A bubble in which all hang is told as such, in
// Open.
func real(t *testing.T, p *Program) (r Result) {
	defer func() {
		if v := recover(); v != nil {
			r.Open = fmt.Sprint(v)
		}
	}()
	m := &machine{notes: map[int][]Note{}, tasks: map[int]*braid.Task[int]{}}
	synctest.Test(t, func(t *testing.T) { m.run(p) })
	return m.result
}

var errWorld = errors.New("why")

func (m *machine) run(p *Program) {
	m.start = time.Now()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	switch {
	case p.Dies > 0 && p.Deadline:
		var stop func()
		ctx, stop = context.WithTimeout(ctx, p.Dies)
		defer stop()
	case p.Dies > 0:
		defer time.AfterFunc(p.Dies, func() { cancel(errWorld) }).Stop()
	}
	r := &m.result
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := false
		defer func() {
			if v := recover(); v != nil {
				if err, ok := v.(error); ok {
					r.Err = "panic " + text(read(err))
				} else {
					r.Err = fmt.Sprint("panic ", v)
				}
			} else if !returned {
				r.Err = "exit"
			}
			r.At = time.Since(m.start)
		}()
		err := m.nest(ctx, p.Root, nil, braid.Grace(braid.Forever))
		r.Err = text(read(err))
		returned = true
	}()
	<-done
	m.mu.Lock()
	defer m.mu.Unlock()
	r.Notes, r.States = m.notes, map[int]State{}
	for id, t := range m.tasks {
		r.States[id] = State(t.State().String())
	}
}

func options(g *Group, more ...braid.GroupOption) []braid.GroupOption {
	opts := append(more, braid.Name(fmt.Sprintf("g%d", g.ID)))
	if g.Limit > 0 {
		opts = append(opts, braid.Limit(g.Limit))
	}
	if g.Supervised {
		opts = append(opts, braid.Supervised)
	}
	if g.PanicsAsErrors {
		opts = append(opts, braid.PanicsAsErrors)
	}
	return opts
}

// A level is a group with what the program says of it.
type level struct {
	*braid.Group
	spec *Group
}

func (m *machine) nest(ctx context.Context, g *Group, levels []level, more ...braid.GroupOption) error {
	return braid.Run(ctx, func(ctx context.Context, bg *braid.Group) error {
		return m.script(ctx, g.Body, append(levels[:len(levels):len(levels)], level{bg, g}))
	}, options(g, more...)...)
}

func (m *machine) note(ctx context.Context, s *Script, act int, what string) {
	n := Note{act, time.Since(m.start), what, "-"}
	if err := ctx.Err(); err != nil {
		n.Dead = text(read(err))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notes[s.ID] = append(m.notes[s.ID], n)
}

// own is an error that a script makes.
type own string

func (e own) Error() string { return string(e) }

func (m *machine) script(ctx context.Context, s *Script, levels []level) (err error) {
	if s.AsksDone() {
		_ = ctx.Done()
	}
	m.note(ctx, s, -1, "")
	returned := false
	defer func() {
		if returned {
			m.note(ctx, s, -2, text(read(err)))
		} else {
			m.note(ctx, s, -2, "unwinds")
		}
	}()
	err = m.acts(ctx, s, levels)
	returned = true
	return err
}

func (m *machine) acts(ctx context.Context, s *Script, levels []level) error {
	time.Sleep(s.Pause)
	var kept []error
	for i, a := range s.Acts {
		err := m.act(ctx, &a, levels)
		if a.Kind.fails() {
			m.note(ctx, s, i, text(read(err)))
		}
		if err != nil {
			time.Sleep(a.Clean)
			switch a.Err {
			case Return:
				return err
			case Wrap:
				return fmt.Errorf("wrapped: %w", err)
			case Ctx:
				if ctx.Err() != nil {
					return ctx.Err()
				}
				return err
			case Cause:
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				return err
			case Other:
				return own(fmt.Sprintf("o%d.%d", s.ID, i))
			case Keep:
				kept = append(kept, err)
			}
		}
		time.Sleep(a.Pause)
	}
	fail := own(fmt.Sprintf("e%d", s.ID))
	switch s.End {
	case Fail:
		return fail
	case Kept:
		if len(kept) > 0 {
			return kept[len(kept)-1]
		}
	case Joined:
		if len(kept) == 0 {
			return fail
		}
		return errors.Join(append(kept, fail)...)
	case Alive:
		return context.Canceled
	case Panic:
		panic(fail)
	case Goexit:
		runtime.Goexit()
	}
	return nil
}

func (m *machine) act(ctx context.Context, a *Act, levels []level) error {
	at := max(0, len(levels)-1-a.Level)
	g := levels[at]
	switch a.Kind {
	case Sleep:
		return braid.Sleep(ctx, a.Time)
	case Stubborn:
		time.Sleep(a.Time)
	case Spawn, GoWait:
		return m.spawn(ctx, a, levels[:at+1])
	case Wait:
		if t := m.task(a.Ref); t != nil {
			_, err := t.Wait(ctx)
			return err
		}
	case CancelTask:
		if t := m.task(a.Ref); t != nil {
			t.Cancel()
		}
	case Cancel:
		g.Cancel()
	case Nest:
		return m.nest(ctx, a.Group, levels)
	case Timeout, MoveOn, Shield:
		fn := func(ctx context.Context) error { return m.script(ctx, a.Body, levels) }
		name := braid.Name(strconv.Itoa(a.Body.ID))
		switch a.Kind {
		case Timeout:
			return braid.Timeout(ctx, a.Time, fn, name)
		case Shield:
			return braid.Shield(ctx, a.Time, fn, name)
		}
		_, err := braid.MoveOn(ctx, a.Time, fn, name)
		return err
	case OpenClose, OpenWait, OpenLeave:
		bg, ctx := braid.Open(ctx, options(a.Group)...)
		err := m.script(ctx, a.Group.Body, append(levels[:len(levels):len(levels)], level{bg, a.Group}))
		end := error(nil)
		switch a.Kind {
		case OpenClose:
			end = bg.Close()
		case OpenWait:
			end = bg.Wait()
		}
		switch {
		case end == nil:
			return err
		case err == nil:
			return end
		}
		return errors.Join(err, end)
	}
	return nil
}

func (m *machine) task(id int) *braid.Task[int] {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tasks[id]
}

func (m *machine) spawn(ctx context.Context, a *Act, levels []level) error {
	t, g := a.Task, levels[len(levels)-1]
	fn := func(ctx context.Context) error { return m.script(ctx, t.Body, levels) }
	opts := []braid.TaskOption{braid.Name(fmt.Sprintf("t%d", t.ID))}
	if t.Background {
		opts = append(opts, braid.Background)
	} else if w := t.WeightIn(g.spec); w > 0 {
		opts = append(opts, braid.Weight(w))
	}
	if t.Always {
		opts = append(opts, braid.Always)
	}
	switch {
	case a.Kind == GoWait:
		return g.GoWait(ctx, fn, opts...)
	case !t.Handle:
		g.Go(fn, opts...)
		return nil
	}
	// The handle is to be known before the task can ask for it.
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tasks[t.ID] = braid.Fork(g.Group, func(ctx context.Context) (int, error) { return t.ID, fn(ctx) }, opts...)
	return nil
}

// read makes an error of the library one of the model.
func read(e error) *err {
	switch x := e.(type) {
	case nil:
		return nil
	case own:
		return &err{kind: leaf, text: string(x)}
	case *braid.Cancellation:
		return &err{kind: ours, deadline: x.Timeout()}
	case *braid.TaskError:
		return &err{kind: ofTask, text: x.Path(), after: x.AfterCancel, below: readAll(x.Err)}
	case *braid.GroupError:
		g := &err{kind: ofGroup, text: x.Path(), below: readAll(x.Unwrap()...)}
		for i, one := range x.Unwrap() {
			if one == error(x.Primary()) {
				g.primary = g.below[i]
			}
		}
		return g
	case *braid.TimeoutError:
		return &err{kind: timedOut, text: x.Name, below: readAll(x.Err)}
	case *braid.PanicError:
		return &err{kind: panicked, text: fmt.Sprint(x.Value), siblings: read(x.Siblings)}
	}
	switch e {
	case context.Canceled:
		return plainCanceled
	case context.DeadlineExceeded:
		return plainDeadline
	case errWorld:
		return errWhy
	case braid.ErrGoexit:
		return &err{kind: goexit, text: "goexit"}
	}
	switch x := e.(type) {
	case interface{ Unwrap() []error }:
		return join(readAll(x.Unwrap()...)...)
	case interface{ Unwrap() error }:
		below := x.Unwrap()
		late_, isLate := braid.TimedOut(e)
		switch {
		case below == braid.ErrDeadlock:
			return &err{kind: deadlock, text: "deadlock"}
		case below == braid.ErrNotClosed:
			return &err{kind: notClosed, text: "notclosed"}
		case isLate && fmt.Sprintf("%T", e) == "*braid.lateError":
			return &err{kind: late, text: late_.Name, below: readAll(below)}
		}
		return &err{kind: wrapped, below: readAll(below)}
	}
	return &err{kind: leaf, text: fmt.Sprintf("%T: %v", e, e)}
}

func readAll(errs ...error) (all []*err) {
	for _, e := range errs {
		if e != nil {
			all = append(all, read(e))
		}
	}
	return all
}
