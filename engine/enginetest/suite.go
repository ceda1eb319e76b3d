// Package enginetest holds every engine to the same promises. An engine's own
// tests call [Run], once for this process and once for each that has workers, whose
// programs import this package so that they have its tasks.
package enginetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
)

// ErrOdd is what the task halve fails with. Engines with workers have to make it known to
// both sides.
var ErrOdd = errors.New("odd")

// Ticket is an argument with some of all that JSON has.
type Ticket struct {
	ID    int
	Tags  []string
	Notes map[string]string
	Due   time.Time
	Price *float64 `json:"price,omitempty"`
}

// Nothing stands for no argument or no result.
type Nothing struct{}

var (
	// Halve gives half of an even number.
	Halve = engine.Define("enginetest.halve", func(ctx context.Context, n int) (int, error) {
		if n%2 != 0 {
			return 0, fmt.Errorf("halve %d: %w", n, ErrOdd)
		}
		return n / 2, nil
	})
	// Echo gives back what it is given.
	Echo = engine.Define("enginetest.echo", func(ctx context.Context, t Ticket) (Ticket, error) { return t, nil })
	// Panic panics.
	Panic = engine.Define("enginetest.panic", func(ctx context.Context, why string) (Nothing, error) { panic(why) })
	// Stay waits to be cancelled if it is told to, and else fails.
	Stay = engine.Define("enginetest.stay", func(ctx context.Context, stay bool) (Nothing, error) {
		if !stay {
			return Nothing{}, errors.New("does not stay")
		}
		<-ctx.Done()
		return Nothing{}, ctx.Err()
	})
	// Both fails with two errors, one of them braid's tree of a group within.
	Both = engine.Define("enginetest.both", func(ctx context.Context, _ Nothing) (Nothing, error) {
		err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error { return ErrOdd }, braid.Name("left"))
			g.Go(func(context.Context) error { return errors.New("loose") }, braid.Name("right"))
			return nil
		}, braid.Name("inner"), braid.Supervised)
		return Nothing{}, errors.Join(err, errors.New("beside it"))
	})
	// Third fails twice for each key, and tells at which attempt it succeeds, and the checkpoint it
	// has found.
	Third = engine.Define("enginetest.third", func(ctx context.Context, _ Nothing) ([]int, error) {
		last, _, err := engine.Resumed[int](ctx)
		if err != nil {
			return nil, err
		}
		n := braid.AttemptNumber(ctx)
		engine.Checkpoint(ctx, n)
		if n < 3 {
			return nil, errors.New("not yet")
		}
		return []int{n, last}, nil
	}, engine.Retry(braid.Policy{Attempts: 3}))
	// Key gives the key of the call.
	Key = engine.Define("enginetest.key", func(ctx context.Context, _ int) (string, error) { return engine.Key(ctx), nil })
	// Long gives a text of n bytes.
	Long = engine.Define("enginetest.long", func(ctx context.Context, n int) (string, error) { return strings.Repeat("x", n), nil })
)

// Run tests the engine that open gives.
func Run(t *testing.T, open func(t *testing.T) engine.Engine) {
	test := func(name string, fn func(t *testing.T, e engine.Engine)) {
		t.Run(name, func(t *testing.T) { fn(t, open(t)) })
	}

	test("ACallGivesItsResult", func(t *testing.T, e engine.Engine) {
		if v, err := engine.Call(t.Context(), e, Halve, 84); v != 42 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	})
	test("ValuesArriveAsTheyWereSent", func(t *testing.T, e engine.Engine) {
		price := 1.25
		in := Ticket{7, []string{"a", "ü\n\x00"}, map[string]string{"k": "v"}, time.Date(2026, 11, 29, 1, 2, 3, 4, time.UTC), &price}
		out, err := engine.Call(t.Context(), e, Echo, in)
		if err != nil || out.ID != 7 || !slices.Equal(out.Tags, in.Tags) || out.Notes["k"] != "v" || !out.Due.Equal(in.Due) || *out.Price != price {
			t.Errorf("got %+v, %v", out, err)
		}
	})
	test("ResultsAreInTheOrderOfTheInputs", func(t *testing.T, e engine.Engine) {
		var in, want []int
		for i := range 1000 {
			in, want = append(in, 2*i), append(want, i)
		}
		got, err := engine.Map(t.Context(), e, Halve, in, braid.Limit(50))
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, %v", got, err)
		}
	})
	test("NoInputsGiveNoResults", func(t *testing.T, e engine.Engine) {
		if got, err := engine.Map(t.Context(), e, Halve, nil); len(got) != 0 || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
	})
	test("AFailureIsATaskErrorWithItsPathItsNumberAndItsSentinel", func(t *testing.T, e engine.Engine) {
		_, err := engine.Map(t.Context(), e, Halve, []int{2, 3, 4}, braid.Name("halves"))
		var te *braid.TaskError
		if !errors.As(err, &te) {
			t.Fatalf("got %T: %v", err, err)
		}
		if te.Path() != "halves/enginetest.halve[1]" || te.Item() != 1 || te.AfterCancel {
			t.Errorf("path %q, item %d, after cancel %v", te.Path(), te.Item(), te.AfterCancel)
		}
		if !errors.Is(err, ErrOdd) || !strings.Contains(err.Error(), "halve 3: odd") {
			t.Errorf("the error is %v", err)
		}
	})
	test("AFailedCallHasThePathOfTheTask", func(t *testing.T, e engine.Engine) {
		_, err := engine.Call(t.Context(), e, Halve, 3)
		var te *braid.TaskError
		if !errors.As(err, &te) || te.Path() != "enginetest.halve" {
			t.Errorf("got %v", err)
		}
	})
	test("TheFirstFailureCancelsTheOthersAndTheyAreJoined", func(t *testing.T, e engine.Engine) {
		_, err := engine.Map(t.Context(), e, Stay, []bool{true, true, false, true})
		var ge *braid.GroupError
		if !errors.As(err, &ge) || len(ge.Errors()) != 1 || !strings.Contains(err.Error(), "does not stay") {
			t.Errorf("got %v", err)
		}
	})
	test("SettleTellsOfEachHowItEnded", func(t *testing.T, e engine.Engine) {
		got, err := engine.Settle(t.Context(), e, Halve, []int{2, 3, 4, 5})
		if err != nil || len(got) != 4 {
			t.Fatalf("got %v, %v", got, err)
		}
		for i, o := range got {
			if want := []braid.State{braid.Succeeded, braid.Failed}[i%2]; o.State != want {
				t.Errorf("%d is %v, want %v (%v)", i, o.State, want, o.Err)
			}
		}
		if got[2].Value != 2 || !errors.Is(got[3].Err, ErrOdd) {
			t.Errorf("got %+v", got)
		}
	})
	test("APanicIsAnErrorWithItsStackAndTheTasksPath", func(t *testing.T, e engine.Engine) {
		_, err := engine.Call(t.Context(), e, Panic, "at the disco")
		var pe *braid.PanicError
		if !errors.As(err, &pe) {
			t.Fatalf("got %T: %v", err, err)
		}
		if pe.Value != "at the disco" || pe.Path != "enginetest.panic" || !strings.Contains(string(pe.Stack), "enginetest") {
			t.Errorf("value %v, path %q, stack %s", pe.Value, pe.Path, pe.Stack)
		}
		got, err := engine.Settle(t.Context(), e, Panic, []string{"x"})
		if err != nil || got[0].State != braid.Panicked {
			t.Errorf("settled as %+v, %v", got, err)
		}
	})
	test("TheTreeOfAnErrorComesAlongAndCanBeTakenApart", func(t *testing.T, e engine.Engine) {
		_, err := engine.Call(t.Context(), e, Both, Nothing{}, braid.Name("outer"))
		odd, rest := braid.Split(err, braid.Is(ErrOdd))
		if odd == nil || rest == nil {
			t.Fatalf("split into %v and %v", odd, rest)
		}
		var paths, texts []string
		for path, leaf := range braid.Leaves(err) {
			paths, texts = append(paths, path), append(texts, leaf.Error())
		}
		slices.Sort(paths)
		slices.Sort(texts)
		if want := []string{"outer/enginetest.both", "outer/enginetest.both/inner/left", "outer/enginetest.both/inner/right"}; !slices.Equal(paths, want) {
			t.Errorf("paths %q", paths)
		}
		if want := []string{"beside it", "loose", "odd"}; !slices.Equal(texts, want) {
			t.Errorf("texts %q", texts)
		}
	})
	test("ADeadContextStartsNothing", func(t *testing.T, e engine.Engine) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("too late"))
		_, err := engine.Map(ctx, e, Halve, []int{3})
		if !errors.Is(err, context.Canceled) || errors.Is(err, ErrOdd) {
			t.Errorf("got %v", err)
		}
		got, err := engine.Settle(ctx, e, Halve, []int{3})
		if !errors.Is(err, context.Canceled) || got[0].State != braid.Skipped {
			t.Errorf("got %v, %v", got, err)
		}
	})
	test("ACancelReachesTheTasksAndIsWaitedFor", func(t *testing.T, e engine.Engine) {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		time.AfterFunc(300*time.Millisecond, func() { cancel(errors.New("enough")) })
		_, err := engine.Map(ctx, e, Stay, []bool{true, true})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	test("ADeadlineIsOne", func(t *testing.T, e engine.Engine) {
		err := braid.Timeout(t.Context(), 300*time.Millisecond, func(ctx context.Context) error {
			return engine.Each(ctx, e, Stay, []bool{true, true})
		})
		var te *braid.TimeoutError
		if !errors.As(err, &te) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
	test("ATaskIsRetriedByItsPolicyAndFindsItsCheckpoint", func(t *testing.T, e engine.Engine) {
		got, err := engine.Call(t.Context(), e, Third, Nothing{})
		if err != nil || !slices.Equal(got, []int{3, 2}) {
			t.Errorf("got %v, %v", got, err)
		}
	})
	test("EachInputHasAKeyOfItsOwn", func(t *testing.T, e engine.Engine) {
		keys, err := engine.Map(t.Context(), e, Key, make([]int, 20))
		if err != nil {
			t.Fatal(err)
		}
		more, err := engine.Map(t.Context(), e, Key, make([]int, 20))
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, more...)
		slices.Sort(keys)
		if keys[0] == "" || len(slices.Compact(keys)) != 40 {
			t.Errorf("got %q", keys)
		}
	})
	test("ATrackerHearsOfEachInput", func(t *testing.T, e engine.Engine) {
		var c counter
		_, err := engine.Settle(t.Context(), e, Halve, []int{2, 3, 4}, braid.Track(&c))
		if err != nil || c.added != 3 || c.ended[braid.Succeeded] != 2 || c.ended[braid.Failed] != 1 {
			t.Errorf("got %+v, %v", c, err)
		}
	})
	test("AnUnknownTaskIsAnError", func(t *testing.T, e engine.Engine) {
		err := e.Run(t.Context(), &engine.Job{Task: "nobody's", Inputs: [][]byte{[]byte("{}")}, Done: func(int, engine.End) {}})
		if !errors.Is(err, engine.ErrUnknownTask) {
			t.Errorf("got %v", err)
		}
	})
}

// counter is a tracker; engines tell it of one thing at a time.
type counter struct {
	added int
	ended [16]int
}

func (c *counter) Added(n int)                { c.added += n }
func (c *counter) Ended(s braid.State, n int) { c.ended[s] += n }
