package engine_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
)

type none = struct{}

func nop(context.Context, none) (none, error)             { return none{}, nil }
func takes[T any](context.Context, T) (none, error)       { return none{}, nil }
func refused(t *testing.T, want string, define func())    { t.Helper(); panics(t, want, define) }
func (hidden) method(context.Context, none) (none, error) { return none{}, nil }
func literal() func(context.Context, none) (none, error) {
	n := none{}
	return func(context.Context, none) (none, error) { return n, nil }
}

type hidden struct {
	Shown  int
	hidden int //lint:ignore U1000 JSON leaves it out, which is what is tested
}

func panics(t *testing.T, want string, fn func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
			t.Errorf("panicked with %q, want %q", got, want)
		}
	}()
	fn()
}

func TestDefineRefusesWhatCannotCrossToAnotherMachine(t *testing.T) {
	refused(t, "function literal within", func() { engine.Define("refused.literal", literal()) })
	refused(t, "method value", func() { engine.Define("refused.method", hidden{}.method) })
	refused(t, "chan int has no form in JSON", func() { engine.Define("refused.chan", takes[chan int]) })
	refused(t, "func() has no form in JSON", func() { engine.Define("refused.func", takes[[]func()]) })
	refused(t, "complex128 has no form", func() { engine.Define("refused.complex", takes[map[string]complex128]) })
	refused(t, "error does not say which type", func() { engine.Define("refused.error", takes[struct{ Err error }]) })
	refused(t, "field hidden of engine_test.hidden is not exported", func() { engine.Define("refused.hidden", takes[*hidden]) })
	refused(t, "keys of type", func() { engine.Define("refused.keys", takes[map[float64]int]) })
}

func multiplier(n int) func(context.Context, int) (int, error) {
	return func(_ context.Context, x int) (int, error) { return x * n, nil }
}

func generic[T any](v T) func(context.Context, none) (T, error) {
	return func(context.Context, none) (T, error) { return v, nil }
}

func lastOf(seq iter.Seq[int]) (fn func(context.Context, int) (int, error)) {
	for n := range seq {
		fn = func(_ context.Context, x int) (int, error) { return x * n, nil }
	}
	return fn
}

type number int

func (n number) adder() func(context.Context, int) (int, error) {
	return func(_ context.Context, x int) (int, error) { return x + int(n), nil }
}

// What the program's start makes of functions that give functions, which the
// compiler may have put in place of their calls.
var (
	literals = map[string]func(context.Context, int) (int, error){
		"variable": func(_ context.Context, x int) (int, error) { return x, nil },
	}
	captures = map[string]func(context.Context, int) (int, error){
		"variable": multiplier(3),
		"method":   number(3).adder(),
		"sequence": lastOf(slices.Values([]int{1})),
		"literal": func(n int) func(context.Context, int) (int, error) {
			return func(_ context.Context, x int) (int, error) { return x * n, nil }
		}(len(literals)),
	}
	generics = generic(3)
)

func init() {
	literals["init"] = func(_ context.Context, x int) (int, error) { return -x, nil }
	captures["init"] = multiplier(4)
	func(n int) {
		captures["literal in init"] = func(_ context.Context, x int) (int, error) { return x - n, nil }
	}(len(captures))
	for i := range 1 {
		literals["loop"] = func(_ context.Context, x int) (int, error) { return x + i, nil }
	}
	for i := range slices.Values([]int{1}) {
		literals["sequence"] = func(_ context.Context, x int) (int, error) { return x + i, nil }
		for k := range slices.Values([]int{1}) {
			literals["sequences"] = func(_ context.Context, x int) (int, error) { return x + i*k, nil }
		}
	}
}

func TestWhetherDefineRefusesAFunctionLiteralDoesNotDependOnWhatTheCompilerMakesOfIt(t *testing.T) {
	for where, fn := range captures {
		refused(t, "is a function literal within", func() { engine.Define("refused."+where+rand.Text(), fn) })
	}
	refused(t, "is a function literal within", func() { engine.Define("refused.generic"+rand.Text(), generics) })
	for where, fn := range literals {
		engine.Define("taken."+where+rand.Text(), fn)
	}
}

// shy writes and reads itself, but only by a pointer.
type shy struct{ v string }

func (s *shy) MarshalText() ([]byte, error)         { return []byte("shy " + s.v), nil }
func (s *shy) UnmarshalText(b []byte) error         { s.v = strings.TrimPrefix(string(b), "shy "); return nil }
func same[T any](_ context.Context, v T) (T, error) { return v, nil }

type (
	shyNumber int
	small     int
	inner     struct{ A int }
	Outer     struct{ B int }
	Deep      struct{ *Deep }
	embeds    struct{ big.Int }
)

func (s *shyNumber) MarshalText() ([]byte, error) { return []byte(fmt.Sprint("shy ", *s)), nil }
func (s *shyNumber) UnmarshalText(b []byte) error {
	_, err := fmt.Sscan(strings.TrimPrefix(string(b), "shy "), (*int)(s))
	return err
}

func TestWhatOnlyAPointerWritesArrivesWhole(t *testing.T) {
	n := *new(big.Int).Lsh(big.NewInt(3), 100)
	arrives(t, same, n)
	arrives(t, same, &n)
	arrives(t, same, shy{"x"})
	arrives(t, same, []shy{{"x"}, {"y"}})
	arrives(t, same, [2]shy{{"x"}, {"y"}})
	arrives(t, same, map[string][]shy{"a": {{"x"}}})
	arrives(t, same, map[string]*big.Int{"a": &n})
	arrives(t, same, struct {
		N, M big.Int
		S    []embeds
	}{N: n, S: []embeds{{n}}})
	arrives(t, same, struct {
		inner
		*Outer
		C shyNumber
	}{inner{1}, &Outer{2}, 3})
}

// arrives gives v to a task, which is to return it.
func arrives[T any](t *testing.T, task func(context.Context, T) (T, error), v T) {
	t.Helper()
	name := "arrives." + rand.Text()
	got, err := engine.Call(t.Context(), engine.Local(), engine.Define(name, task), v)
	if err != nil || !reflect.DeepEqual(got, v) {
		t.Errorf("%T: got %+v, %v, want %+v", v, got, err, v)
	}
}

func TestDefineRefusesWhatOnlyAPointerWritesWhereThereIsNone(t *testing.T) {
	refused(t, "only a pointer to big.Int writes itself, which a value in a map has none of", func() { engine.Define("refused.value", takes[map[string]big.Int]) })
	refused(t, "only a pointer to engine_test.shy writes itself, which a value in a map", func() { engine.Define("refused.values", takes[map[string][2]struct{ S shy }]) })
	refused(t, "only a pointer to engine_test.shy writes itself, which a key has none of", func() { engine.Define("refused.key", takes[map[shy]int]) })
	refused(t, "only a pointer to engine_test.shyNumber writes itself, which a key", func() { engine.Define("refused.number", takes[map[shyNumber]int]) })
	type both struct{ S shy }
	refused(t, "only a pointer to engine_test.shy writes", func() {
		engine.Define("refused.both", takes[struct {
			A both
			B map[string]both
		}])
	})
}

func TestDefineRefusesFieldsThatJSONLeavesOut(t *testing.T) {
	refused(t, "field small of struct { engine_test.small } is not exported", func() { engine.Define("refused.small", takes[struct{ small }]) })
	refused(t, "is not exported", func() { engine.Define("refused.pointer", takes[struct{ *small }]) })
	refused(t, "is a pointer to a type that is not exported", func() { engine.Define("refused.inner", takes[struct{ *inner }]) })
	refused(t, "is embedded in itself", func() { engine.Define("refused.deep", takes[Deep]) })
	refused(t, "field neg of big.Int is not exported", func() { engine.Define("refused.nameless", takes[[]struct{ big.Int }]) })
	type third struct {
		C int `json:"A,omitempty"`
	}
	refused(t, `field A of engine_test.inner and field C of engine_test.third are both called "A" in JSON`, func() {
		engine.Define("refused.twice", takes[struct {
			inner
			third
		}])
	})
	refused(t, `are both called "A" in JSON`, func() {
		engine.Define("refused.hides", takes[struct {
			inner
			A string
		}])
	})
	refused(t, `are both called "B" in JSON`, func() {
		engine.Define("refused.bad", takes[struct {
			B int
			C int `json:"B"`
		}])
	})
	engine.Define("taken.fields."+rand.Text(), takes[struct {
		inner
		*Outer
		Other inner
		//lint:ignore SA5008 it is not taken for a name
		Bad   int `json:"B\\"`
		small `json:"-"`
	}])
}

func TestDefineRefusesABadNameANilFunctionAndAnOptionGivenTwice(t *testing.T) {
	refused(t, "empty name", func() { engine.Define("", nop) })
	refused(t, "at most 200", func() { engine.Define(strings.Repeat("x", 201), nop) })
	refused(t, "slash or a control", func() { engine.Define("a/b", nop) })
	refused(t, "nil function", func() { engine.Define[none, none]("refused.nil", nil) })
	refused(t, "given twice", func() {
		engine.Define("refused.twice", nop, engine.Retry(braid.Policy{}), engine.Retry(braid.Policy{}))
	})
	refused(t, "nil option", func() { engine.Define("refused.option", nop, nil) })
	refused(t, "two tasks example.floats", func() {
		engine.Define("example.floats", nop)
	})
}

func TestDefineTakesTypesThatReadAndWriteThemselves(t *testing.T) {
	type tree struct {
		At   time.Time
		Raw  json.RawMessage
		Down []*tree
		Skip chan int `json:"-"`
	}
	named := rand.Text() // for who runs the test more than once
	engine.Define("taken.tree."+named, takes[tree])
	engine.Define("taken.map."+named, takes[map[int]map[time.Time][2]string])
}

func TestOptionsThatHaveNoMeaningBetweenMachinesAreRefused(t *testing.T) {
	var noContext context.Context
	for name, call := range map[string]func(){
		"has no meaning": func() { _ = engine.Each(t.Context(), engine.Local(), double, nil, braid.Rate(limiter{})) },
		"given twice":    func() { _ = engine.Each(t.Context(), engine.Local(), double, nil, braid.Limit(1), braid.Limit(2)) },
		"nil option":     func() { _ = engine.Each(t.Context(), engine.Local(), double, nil, nil) },
		"nil context":    func() { _ = engine.Each(noContext, engine.Local(), double, nil) },
		"engine or task": func() { _ = engine.Each(t.Context(), nil, double, nil) },
		"an empty Task":  func() { _, _ = engine.Map(t.Context(), engine.Local(), new(engine.Task[int, int]), nil) },
		"Key called":     func() { engine.Key(noContext) },
		"Checkpoint":     func() { engine.Checkpoint(noContext, 1) },
		"Resumed called": func() { _, _, _ = engine.Resumed[int](noContext) },
	} {
		panics(t, name, call)
	}
}

type limiter struct{}

func (limiter) Wait(context.Context) error { return nil }

func TestAnArgumentThatJSONCannotHoldIsAnErrorThatNamesIt(t *testing.T) {
	nan := 0.0
	_, err := engine.Map(t.Context(), engine.Local(), floats, []float64{1, nan / nan})
	if err == nil || !strings.Contains(err.Error(), "example.floats[1]") {
		t.Errorf("got %v", err)
	}
	_, err = engine.Call(t.Context(), engine.Local(), floats, 0)
	var te *braid.TaskError
	if !errors.As(err, &te) || !strings.Contains(err.Error(), "the result of task example.floats cannot be written") {
		t.Errorf("got %v", err)
	}
}

// floats divides by its argument.
var floats = engine.Define("example.floats", func(_ context.Context, x float64) (float64, error) { return 1 / x, nil })

func TestACheckpointOfAnotherTypeIsAnError(t *testing.T) {
	_, err := engine.Invoke(t.Context(), "example.resumes", []byte("null"), engine.Running{Last: []byte(`"text"`)})
	if err == nil || !strings.Contains(err.Error(), "does not fit int") {
		t.Errorf("got %v", err)
	}
}

func TestOutsideATaskThereIsNoKeyAndNoCheckpoint(t *testing.T) {
	engine.Checkpoint(t.Context(), 1)
	if _, ok, err := engine.Resumed[int](t.Context()); ok || err != nil || engine.Key(t.Context()) != "" {
		t.Errorf("got %v, %v, %q", ok, err, engine.Key(t.Context()))
	}
}

func TestACheckpointThatOnlyAPointerWritesIsKept(t *testing.T) {
	saved := ""
	_, err := engine.Invoke(t.Context(), "example.keeps", []byte("7"), engine.Running{Save: func(b []byte) { saved = string(b) }})
	if err != nil || saved != "7" {
		t.Errorf("%q was kept, and the error is %v", saved, err)
	}
}

var _ = engine.Define("example.keeps", func(ctx context.Context, n big.Int) (none, error) {
	engine.Checkpoint(ctx, n)
	return none{}, nil
})

func TestACheckpointOfAnotherStructIsReadAsFarAsItGoes(t *testing.T) {
	out, err := engine.Invoke(t.Context(), "example.reads", []byte("{}"), engine.Running{Last: []byte(`{"Old":1,"Both":2}`)})
	if err != nil || string(out) != `{"Both":2,"New":0}` {
		t.Errorf("got %s, %v", out, err)
	}
}

type newer struct{ Both, New int }

var _ = engine.Define("example.reads", func(ctx context.Context, _ none) (newer, error) {
	v, _, err := engine.Resumed[newer](ctx)
	return v, err
})

var _ = engine.Define("example.resumes", func(ctx context.Context, _ *none) (int, error) {
	n, _, err := engine.Resumed[int](ctx)
	return n, err
})

func TestACheckpointThatIsTooLargeIsRefused(t *testing.T) {
	_, err := engine.Call(t.Context(), engine.Local(), boasts, 65<<10)
	var pe *braid.PanicError
	if !errors.As(err, &pe) || !strings.Contains(fmt.Sprint(pe.Value), fmt.Sprint(65<<10+2, " bytes")) {
		t.Errorf("got %v", err)
	}
}

var boasts = engine.Define("example.boasts", func(ctx context.Context, n int) (none, error) {
	engine.Checkpoint(ctx, strings.Repeat("x", n))
	return none{}, nil
})
