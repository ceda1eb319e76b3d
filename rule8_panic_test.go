package braid_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file shows section 8 of the contract: panics and Goexit.

func boomHere(v any) { panic(v) }

func panicError(t *testing.T, e end) *braid.PanicError {
	t.Helper()
	pe, ok := e.panicked.(*braid.PanicError)
	if !ok {
		t.Fatalf("it ended with %+v, want a *PanicError", e)
	}
	return pe
}

func TestRule8_1_APanicInATaskCancelsAtOnceAndIsRaisedAgainAfterTheJoin(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		joined := false
		e := howEnded(func() error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error {
					<-ctx.Done()
					at(t, start, time.Second, "the cancellation")
					if c := causeOf(t, ctx); c.By() != "page/bad" || !errors.As(c.Reason(), new(*braid.PanicError)) {
						t.Errorf("cancelled by %q because of %v", c.By(), c.Reason())
					}
					time.Sleep(time.Second)
					joined = true
					return errTwo // raised in cleanup
				}, braid.Name("sibling"))
				g.Go(func(context.Context) error { time.Sleep(time.Second); boomHere(errOne); return nil }, braid.Name("bad"))
				return nil
			}, braid.Name("page"))
		})
		at(t, start, 2*time.Second, "the panic")
		pe := panicError(t, e)
		if !joined || pe.Value != errOne || pe.Path != "page/bad" || !strings.Contains(string(pe.Stack), "boomHere") {
			t.Errorf("joined %v, value %v, path %q, stack:\n%s", joined, pe.Value, pe.Path, pe.Stack)
		}
		if !errors.Is(pe, errOne) || pe.Unwrap() != errOne {
			t.Error("it does not unwrap to its value")
		}
		wantFailures(t, pe.Siblings, errTwo)
	})
}

func TestRule8_1_APanicWithNoErrorUnwrapsToNothing(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		for _, v := range []any{"text", 42, struct{ f func() }{}} {
			pe := panicError(t, howEnded(func() error {
				return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					g.Go(func(context.Context) error { panic(v) })
					return nil
				})
			}))
			if fmt.Sprint(pe.Value) != fmt.Sprint(v) || pe.Unwrap() != nil || pe.Siblings != nil {
				t.Errorf("got %+v", pe)
			}
		}
	})
}

func TestRule8_1_APanicInTheBodyJoinsFirst(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		pe := panicError(t, howEnded(func() error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				begun := make(chan struct{})
				g.Go(func(ctx context.Context) error {
					close(begun)
					<-ctx.Done()
					time.Sleep(time.Second)
					return errTwo
				})
				<-begun
				boomHere("boom")
				return nil
			}, braid.Name("page"))
		}))
		at(t, start, time.Second, "the panic")
		if pe.Value != "boom" || pe.Path != "page" || !strings.Contains(string(pe.Stack), "boomHere") || !errors.Is(pe.Siblings, errTwo) {
			t.Errorf("got %+v", pe)
		}
	})
}

func TestRule8_1_APanicThroughNestedGroupsKeepsItsOriginAndAllSiblings(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		pe := panicError(t, howEnded(func() error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(ctx context.Context) error { <-ctx.Done(); return errTwo })
				g.Go(func(ctx context.Context) error {
					return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
						g.Go(func(ctx context.Context) error { <-ctx.Done(); return errLate })
						g.Go(func(context.Context) error { time.Sleep(time.Second); boomHere("boom"); return nil }, braid.Name("bad"))
						return nil
					}, braid.Name("inner"))
				}, braid.Name("task"))
				return nil
			}, braid.Name("outer"))
		}))
		if pe.Value != "boom" || pe.Path != "outer/task/inner/bad" || !strings.Contains(string(pe.Stack), "boomHere") {
			t.Errorf("value %v, path %q, stack:\n%s", pe.Value, pe.Path, pe.Stack)
		}
		if !errors.Is(pe.Siblings, errTwo) || !errors.Is(pe.Siblings, errLate) {
			t.Errorf("siblings: %v", pe.Siblings)
		}
	})
}

func TestRule8_1_SeveralPanicsAreAllAccountedFor(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		pe := panicError(t, howEnded(func() error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				for i, v := range []error{errOne, errTwo} {
					g.Go(func(context.Context) error { time.Sleep(time.Duration(i+1) * time.Second); panic(v) })
				}
				time.Sleep(3 * time.Second)
				panic(errLate)
			})
		}))
		if pe.Value != errOne || !errors.Is(pe.Siblings, errTwo) || !errors.Is(pe.Siblings, errLate) {
			t.Errorf("got %v with %v", pe.Value, pe.Siblings)
		}
	})
}

func TestRule8_1_WithTheOptionAPanicIsAnError(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return errTwo })
			g.Go(func(context.Context) error { time.Sleep(time.Second); boomHere(errOne); return nil }, braid.Name("bad"))
			return nil
		}, braid.PanicsAsErrors)
		tes := failures(t, err)
		pe, ok := tes[0].Err.(*braid.PanicError)
		if len(tes) != 2 || !ok || pe.Value != errOne || pe.Path != "bad" || !strings.Contains(string(pe.Stack), "boomHere") || !errors.Is(err, errOne) {
			t.Errorf("got %v", err)
		}
	})
}

func TestRule8_1_WithTheOptionAPanicOfTheBodyIsAnErrorToo(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		e := howEnded(func() error {
			return braid.Run(ctx, func(context.Context, *braid.Group) error { panic(errOne) }, braid.PanicsAsErrors)
		})
		if e.panicked != nil || !errors.Is(e.err, errOne) {
			t.Errorf("it ended with %+v", e)
		}
	})
}

func TestRule8_1_WithCrashOnPanicTheProgramCrashesAtOnceWithTheRuntimesReport(t *testing.T) {
	if inChild(t) {
		kind := os.Getenv("BRAID_RULE_KIND")
		_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			if kind != "lone" {
				g.Go(func(ctx context.Context) error { select {} }) // a join would never end
			}
			g.Go(func(ctx context.Context) error {
				if kind == "with an open group" {
					inner, _ := braid.Open(ctx)
					begun := make(chan struct{})
					inner.Go(func(context.Context) error { close(begun); select {} })
					<-begun
				}
				boomHere("boom of the task")
				return nil
			})
			return nil
		}, braid.CrashOnPanic, braid.OnFailure(func(*braid.TaskError) { fmt.Println("it went on") }))
		fmt.Println("it went on")
		os.Exit(0)
	}
	for _, kind := range []string{"lone", "with a sibling", "with an open group"} {
		for range 5 {
			out, err := child(t, "BRAID_RULE_KIND="+kind)
			if err == nil || !strings.Contains(out, "panic: boom of the task") || !strings.Contains(out, "boomHere") {
				t.Fatalf("%s: %v\n%s", kind, err, out)
			}
			if strings.Contains(out, "it went on") || strings.Contains(out, "[recovered") {
				t.Fatalf("%s: it did not crash at once:\n%s", kind, out)
			}
		}
	}
}

func TestRule8_1_CrashOnPanicLeavesGoexitAlone(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		e := howEnded(func() error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { runtime.Goexit(); return nil })
				return nil
			}, braid.CrashOnPanic)
		})
		if !e.exited {
			t.Errorf("it ended with %+v", e)
		}
	})
}

func TestRule8_1_APanicHeldUpByADisobedientTaskIsInTheReport(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		var stall braid.Stall
		pe := panicError(t, howEnded(func() error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				begun := make(chan struct{})
				g.Go(func(context.Context) error { close(begun); stuckHere(time.Minute); return nil })
				<-begun
				g.Go(func(context.Context) error { boomHere("boom"); return nil })
				return nil
			}, braid.Grace(time.Second), braid.OnStall(func(s braid.Stall) {
				at(t, start, time.Second, "the report")
				stall = s
			}))
		}))
		at(t, start, time.Minute, "the panic")
		if stall.Panic == nil || stall.Panic.Value != "boom" || !strings.Contains(string(stall.Panic.Stack), "boomHere") || pe.Value != "boom" {
			t.Errorf("the report has %+v", stall.Panic)
		}
		if !strings.Contains(stall.String(), "boom") {
			t.Errorf("the text does not tell: %s", stall)
		}
	})
}

func TestRule8_1_WithCrashOnStallTheProgramCrashesWithThePanicWhenTheGraceIsOver(t *testing.T) {
	if inChild(t) {
		_ = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
			begun := make(chan struct{})
			g.Go(func(context.Context) error { close(begun); select {} })
			<-begun
			g.Go(func(context.Context) error { boomHere("boom of the task"); return nil })
			return nil
		}, braid.CrashOnStall, braid.Grace(time.Millisecond))
		fmt.Println("it went on")
		os.Exit(0)
	}
	out, err := child(t)
	if err == nil || !strings.Contains(out, "panic: ") || !strings.Contains(out, "boom of the task") || strings.Contains(out, "it went on") || strings.Contains(out, "test timed out") {
		t.Errorf("%v\n%s", err, out)
	}
	if !strings.Contains(out, "boomHere") {
		t.Errorf("the stack of the panic is not in the report:\n%s", out)
	}
}

func TestRule8_2_AGoexitInATaskCancelsAndAfterTheJoinExitsTheGoroutineOfRun(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		for _, opt := range []braid.TaskOption{braid.OwnGoroutine, braid.Name("shared goroutine")} {
			cancelled, reached := false, false
			begin := time.Now()
			e := howEnded(func() error {
				err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					g.Go(func(ctx context.Context) error {
						<-ctx.Done()
						at(t, begin, time.Second, "the cancellation")
						time.Sleep(time.Second)
						cancelled = true
						return ctx.Err()
					})
					g.Go(func(context.Context) error { time.Sleep(time.Second); runtime.Goexit(); return nil }, opt)
					return nil
				})
				reached = true
				return err
			})
			if !e.exited || reached || !cancelled {
				t.Errorf("exited %v, code after Run ran: %v, joined %v", e.exited, reached, cancelled)
			}
			at(t, begin, 2*time.Second, "the exit")
		}
	})
}

func TestRule8_2_AGoexitOfTheBodyJoinsFirst(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, start time.Time) {
		e := howEnded(func() error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				begun := make(chan struct{})
				g.Go(func(ctx context.Context) error { close(begun); <-ctx.Done(); time.Sleep(time.Second); return nil })
				<-begun
				runtime.Goexit()
				return nil
			})
		})
		at(t, start, time.Second, "the exit")
		if !e.exited {
			t.Errorf("it ended with %+v", e)
		}
	})
}

func TestRule8_2_ATestFailsAsIfFatalHadBeenCalledInline(t *testing.T) {
	if inChild(t) {
		_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error { <-ctx.Done(); fmt.Println("the sibling ended"); return nil })
			g.Go(func(context.Context) error { t.Fatal("fatal in a task"); return nil })
			return nil
		})
		fmt.Println("it went on")
		return
	}
	out, err := child(t)
	if err == nil || !strings.Contains(out, "fatal in a task") || !strings.Contains(out, "--- FAIL: "+t.Name()) ||
		strings.Contains(out, "it went on") || strings.Contains(out, "panic:") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestRule8_2_FromWaitAGoexitIsErrGoexit(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		asked := false
		howEnded(func() error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				task := braid.Fork(g, func(context.Context) (int, error) { runtime.Goexit(); return 0, nil })
				_, err := task.Wait(context.Background())
				if !errors.Is(err, braid.ErrGoexit) || task.State() != braid.Exited {
					t.Errorf("Wait gave %v in state %v", err, task.State())
				}
				asked = true
				return nil
			})
		})
		if !asked {
			t.Error("nobody asked")
		}
	})
}

func TestRule8_2_APanicWithNilIsAPanic(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		var nothing any
		for _, fromBody := range []bool{false, true} {
			pe := panicError(t, howEnded(func() error {
				return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					if fromBody {
						panic(nothing)
					}
					g.Go(func(context.Context) error { panic(nothing) })
					return nil
				})
			}))
			if _, ok := pe.Value.(*runtime.PanicNilError); !ok {
				t.Errorf("the value is %T", pe.Value)
			}
		}
	})
}

func TestRule8_2_AGoexitOfABodyBesideAPanicOfATaskEndsInOrder(t *testing.T) {
	live(t, func(t *testing.T, ctx context.Context, _ time.Time) {
		both := func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { panic("boom") })
				<-ctx.Done()
				runtime.Goexit()
				return nil
			})
		}
		for _, opt := range []braid.TaskOption{braid.OwnGoroutine, braid.Name("shared goroutine")} {
			e := howEnded(func() error {
				return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
					g.Go(both, opt)
					g.Go(func(ctx context.Context) error { return nil })
					return nil
				}, braid.Limit(1))
			})
			if pe := panicError(t, e); pe.Value != "boom" {
				t.Errorf("it ended with %+v", e)
			}
		}
	})
}
