package braid_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// Go's own traps, continued: the ways in which a function can end, through each
// of the functions that call one, and what errors can look like.

var endings = map[string]func(){
	"panic":         func() { panic("boom") },
	"panic(nil)":    func() { panic(nil) }, //nolint
	"panic(error)":  func() { panic(errOne) },
	"runtime error": func() { var s []int; s[len(s)]++ },
	"panic again":   func() { panic(&braid.PanicError{Value: "boom", Path: "elsewhere"}) },
	"goexit":        runtime.Goexit,
}

// wantEnding checks that e is what the ending comes out as: raised as a
// *PanicError if a group was between, else as it was.
func wantEnding(t *testing.T, ending string, e end, grouped bool) {
	t.Helper()
	if ending == "goexit" {
		if !e.exited {
			t.Errorf("%+v, want a Goexit", e)
		}
		return
	}
	v := e.panicked
	if pe, ok := v.(*braid.PanicError); ok && (grouped || ending == "panic again") {
		if grouped && ending != "panic again" && (len(pe.Stack) == 0 || !strings.Contains(string(pe.Stack), "more_go_ends_test.go")) {
			t.Errorf("the stack is not that of the panic:\n%s", pe.Stack)
		}
		if ending == "panic again" && (pe.Value != "boom" || pe.Path != "elsewhere") {
			t.Errorf("%+v", pe)
		}
		v = pe.Value
	} else if grouped {
		t.Errorf("%T %v, want a *PanicError", v, v)
		return
	}
	var nilPanic *runtime.PanicNilError
	var runtimeErr runtime.Error
	err, _ := v.(error)
	switch ending {
	case "panic(nil)":
		if !errors.As(err, &nilPanic) {
			t.Errorf("%T %v", v, v)
		}
	case "panic(error)":
		if err != errOne {
			t.Errorf("%T %v", v, v)
		}
	case "runtime error":
		if !errors.As(err, &runtimeErr) || grouped && !errors.As(e.panicked.(error), &runtimeErr) {
			t.Errorf("%T %v", v, v)
		}
	default:
		if v != "boom" {
			t.Errorf("%T %v", v, v)
		}
	}
}

func TestRule8_1_AFunctionMayEndInAnyWayInAnyOfTheCallsThatTakeOne(t *testing.T) {
	type call struct {
		grouped bool
		run     func(ctx context.Context, f func()) error
	}
	fn := func(f func()) func(context.Context) error { return func(context.Context) error { f(); return nil } }
	val := func(f func()) func(context.Context) (int, error) {
		return func(context.Context) (int, error) { f(); return 0, nil }
	}
	obey := func(ctx context.Context) (int, error) { return 0, untilDead(ctx) }
	calls := map[string]call{
		"Timeout": {false, func(ctx context.Context, f func()) error { return braid.Timeout(ctx, time.Hour, fn(f)) }},
		"MoveOn": {false, func(ctx context.Context, f func()) error {
			_, err := braid.MoveOn(ctx, time.Hour, fn(f), new(braid.Deadline))
			return err
		}},
		"Reserve": {false, func(ctx context.Context, f func()) error { return braid.Reserve(ctx, time.Second, fn(f)) }},
		"Shield":  {false, func(ctx context.Context, f func()) error { return braid.Shield(ctx, time.Hour, fn(f)) }},
		"Retry": {false, func(ctx context.Context, f func()) error {
			_, err := braid.Retry(ctx, braid.Policy{Timeout: time.Hour}, val(f))
			return err
		}},
		"Abandon": {true, func(ctx context.Context, f func()) error {
			_, err := braid.Abandon(ctx, func() (int, error) { f(); return 0, nil }, func(int, error) {})
			return err
		}},
		"Run": {true, func(ctx context.Context, f func()) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error { g.Go(untilDead); f(); return nil })
		}},
		"Call, a task": {true, func(ctx context.Context, f func()) error {
			_, err := braid.Call(ctx, func(ctx context.Context, g *braid.Group) (int, error) {
				braid.Fork(g, val(f))
				return 1, untilDead(ctx)
			})
			return err
		}},
		"a task's Timeout in a Shield": {true, func(ctx context.Context, f func()) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(untilDead)
				g.Go(func(ctx context.Context) error {
					return braid.Shield(ctx, time.Hour, func(ctx context.Context) error { return braid.Timeout(ctx, time.Hour, fn(f)) })
				})
				return nil
			})
		}},
		"Map": {true, func(ctx context.Context, f func()) error {
			_, err := braid.Map(ctx, []int{1, 2}, func(ctx context.Context, i int) (int, error) {
				if i == 2 {
					f()
				}
				return obey(ctx)
			})
			return err
		}},
		"Each": {true, func(ctx context.Context, f func()) error {
			return braid.Each(ctx, []int{1}, func(context.Context, int) error { f(); return nil })
		}},
		"Join2": {true, func(ctx context.Context, f func()) error {
			_, _, err := braid.Join2(ctx, obey, val(f))
			return err
		}},
		"First": {true, func(ctx context.Context, f func()) error {
			_, err := braid.First(ctx, braid.Funcs(obey, val(f), obey))
			return err
		}},
		"Start": {true, func(ctx context.Context, f func()) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(untilDead)
				_, err := braid.Start(ctx, g, func(context.Context, func(int)) error { f(); return nil })
				return err
			})
		}},
		"Start, when ready": {true, func(ctx context.Context, f func()) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				_, err := braid.Start(ctx, g, func(ctx context.Context, ready func(int)) error { ready(1); f(); return nil })
				return errors.Join(err, untilDead(ctx))
			})
		}},
		"GoWait": {true, func(ctx context.Context, f func()) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				return errors.Join(g.GoWait(ctx, fn(f)), untilDead(ctx))
			}, braid.Limit(1))
		}},
		"GoWith": {true, func(ctx context.Context, f func()) error {
			closed := 0
			defer func() {
				if closed != 1 {
					t.Error("closed", closed, "times")
				}
			}()
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				braid.GoWith(g, closerFunc(func() error { closed++; return nil }),
					func(context.Context, closerFunc) error { f(); return nil })
				return untilDead(ctx)
			})
		}},
		"Defer": {true, func(ctx context.Context, f func()) error {
			rest := 0
			defer func() {
				if rest != 2 {
					t.Error(rest, "of the others ran")
				}
			}()
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				other := func(context.Context) error { rest++; return nil }
				return errors.Join(g.Defer(other), g.Defer(fn(f)), g.Defer(other))
			})
		}},
		"Open": {true, func(ctx context.Context, f func()) error {
			g, _ := braid.Open(ctx)
			g.Go(untilDead)
			g.Go(fn(f))
			return g.Wait()
		}},
		"OnFailure": {true, func(ctx context.Context, f func()) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error { return errTwo },
				braid.OnFailure(func(*braid.TaskError) { f() }))
		}},
		"a supervised group": {true, func(ctx context.Context, f func()) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(fn(f))
				return braid.Sleep(ctx, time.Second)
			}, braid.Supervised)
		}},
	}
	for name, c := range calls {
		for ending, f := range endings {
			t.Run(name+", "+ending, func(t *testing.T) {
				live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
					wantEnding(t, ending, howEnded(func() error { return c.run(ctx, f) }), c.grouped)
				})
			})
		}
	}
}

type closerFunc func() error

func (f closerFunc) Close() error { return f() }

// a Wait never hangs and tells which it was
func TestRule8_2_WhoWaitsIsToldHowTheTaskEnded(t *testing.T) {
	for ending, f := range endings {
		t.Run(ending, func(t *testing.T) {
			live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
				e := howEnded(func() error {
					return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
						task := braid.Fork(g, func(context.Context) (int, error) { f(); return 1, nil })
						_, err := task.Wait(context.Background())
						var pe *braid.PanicError
						if exit := ending == "goexit"; errors.Is(err, braid.ErrGoexit) != exit || errors.As(err, &pe) == exit {
							t.Errorf("%v", err)
						}
						return err
					}, braid.PanicsAsErrors)
				})
				if ending == "goexit" {
					wantEnding(t, ending, e, true)
				} else if tes := failures(t, e.err); len(tes) != 1 || e.panicked != nil {
					t.Errorf("%+v", e)
				}
			})
		})
	}
}

// a recovered panic is raised again by the user, as it was or within an error
func TestRule8_1_APanicThatIsRecoveredAndRaisedAgainStaysTheOneItWas(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		wrapped := false
		again := func() error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					defer func() {
						v := recover()
						if wrapped {
							v = fmt.Errorf("in the outer task: %w", v.(error))
						}
						panic(v)
					}()
					return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
						g.Go(func(context.Context) error { panic(errOne) }, braid.Name("origin"))
						return nil
					})
				}, braid.Name("outer"))
				return nil
			})
		}
		e := howEnded(again)
		if pe, ok := e.panicked.(*braid.PanicError); !ok || pe.Value != errOne || pe.Path != "outer/origin" {
			t.Errorf("%+v", e.panicked)
		}
		wrapped = true
		e = howEnded(again)
		pe, ok := e.panicked.(*braid.PanicError)
		if !ok || pe.Path != "outer" || !errors.Is(pe, errOne) {
			t.Fatalf("%+v", e.panicked)
		}
		var origin *braid.PanicError
		if !errors.As(pe.Value.(error), &origin) || origin.Path != "outer/origin" {
			t.Errorf("%+v", pe.Value)
		}
	})
}

// a nil pointer in an error is an error to Go; it must not crash what looks at it
type nilError struct{ text string }

func (e *nilError) Error() string { return e.text } // panics on nil
func (e *nilError) Unwrap() error { return errors.New(e.text) }

// sliceError is an error that cannot be compared.
type sliceError []string

func (e sliceError) Error() string        { return strings.Join(e, "; ") }
func (e sliceError) Is(target error) bool { return target == errWhy }

func TestRule3_1_ATypedNilIsAFailureLikeAnyOther(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for _, dead := range []bool{false, true} {
			err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					if dead {
						g.Cancel()
					}
					var e *nilError
					return e
				}, braid.Name("nil"))
				return nil
			})
			tes := failures(t, err)
			if len(tes) != 1 || tes[0].Path() != "nil" || tes[0].AfterCancel != dead {
				t.Errorf("%v", tes)
			}
			for _, format := range []string{"%v", "%+v"} {
				if text := fmt.Sprintf(format, err); !strings.Contains(text, "nil") {
					t.Error(text)
				}
			}
			braid.Split(err, braid.Is(io.EOF))
		}
	})
}

// Also errors.Is, to which a foreign error would have to see itself.
func TestRule3_1_ATypedNilOfOursMayBeAskedAnything(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for _, none := range []error{
			(*braid.TaskError)(nil), (*braid.GroupError)(nil), (*braid.TimeoutError)(nil), (*braid.PanicError)(nil), (*braid.Cancellation)(nil),
		} {
			err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { return none }, braid.Name("nil"))
				return nil
			})
			_, timed := braid.TimedOut(err)
			if len(failures(t, err)) != 1 || timed || errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) || err.Error() != "nil: <nil>" {
				t.Errorf("%T: %v", none, err)
			}
			if _, rest := braid.Split(err, braid.Is(io.EOF)); rest == nil {
				t.Errorf("%T was split off", none)
			}
		}
	})
}

func TestRule3_7_ErrorsThatCannotBeComparedAreAllKept(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			same := sliceError{"a", "b"}
			for range 3 {
				g.Go(func(context.Context) error { time.Sleep(time.Second); return same })
			}
			<-ctx.Done()
			return same
		})
		if n := len(failures(t, err)); n != 4 || !errors.Is(err, errWhy) {
			t.Error(n, err)
		}
		// as the cause of an outside cancel too
		ctx, cancel := context.WithCancelCause(ctx)
		cancel(sliceError{"why"})
		err = braid.Run(ctx, func(context.Context, *braid.Group) error { return nil })
		wantPlainCancel(t, err, context.Canceled, errWhy)
		err = braid.Run(context.WithoutCancel(ctx), func(inner context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { return braid.Sleep(ctx, 1) }) // dead, but not its own
			return nil
		})
		var e sliceError
		if len(failures(t, err)) != 1 || !errors.As(err, &e) {
			t.Error(err)
		}
	})
}

// cleanup may fail, panic and exit all at once: everything runs, the panic wins
func TestRule9_5_CleanupThatEndsInEveryWayAtOnceRunsInOrder(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var log []string
		e := howEnded(func() error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				for _, name := range []string{"panic", "goexit", "error", "panic"} {
					_ = g.Defer(func(context.Context) error {
						log = append(log, name)
						if name == "error" {
							return errTwo
						}
						endings[name]()
						return nil
					})
				}
				return errOne
			})
		})
		pe, ok := e.panicked.(*braid.PanicError)
		if !ok || pe.Value != "boom" || !errors.Is(pe.Siblings, errOne) || !errors.Is(pe.Siblings, errTwo) {
			t.Errorf("%+v", e)
		}
		if !slices.Equal(log, []string{"panic", "error", "goexit", "panic"}) {
			t.Error(log)
		}
	})
}

// cleanup that opens a group, forks in it and registers more cleanup there
func TestRule9_5_CleanupMayOpenAGroupAndHandsNothingToItsOwn(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		ran := 0
		err := braid.Run(ctx, func(ctx context.Context, outer *braid.Group) error {
			return outer.Defer(func(ctx context.Context) error {
				if err := outer.TryGo(func(context.Context) error { t.Error("called"); return nil }); !errors.Is(err, braid.ErrClosed) {
					t.Error(err)
				}
				if err := outer.Defer(func(context.Context) error { ran++; return nil }); !errors.Is(err, braid.ErrClosed) || ran != 1 {
					t.Error(err, ran)
				}
				return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error { ran++; return braid.Sleep(ctx, time.Second) })
					return nil
				})
			})
		})
		if err != nil || ran != 2 {
			t.Error(err, ran)
		}
		at(t, start, time.Second, "the end")
	})
}
