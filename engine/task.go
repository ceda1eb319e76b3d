package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/braid-go/braid"
)

// This file holds tasks and the names they go by. What may become one is
// checked in check.go.

// maxName is how long a task's name may be: it is part of every message about it.
const maxName = 200

// A Task is a function that goes by a name, on every machine that runs the same
// program. It is made by [Define].
type Task[In, Out any] struct{ *definition }

// definition is a task without its types.
type definition struct {
	name  string
	pc    uintptr // of the function
	retry braid.Policy
	tries bool // there is a policy
	call  func(ctx context.Context, input []byte) ([]byte, error)
}

// A TaskOption is an option of [Define].
type TaskOption interface{ applyToTask(*definition) }

type retryOption braid.Policy

// Retry calls the task again after an error, on the same machine, as
// [braid.Retry] does with this policy. Without it an error is final. (That a
// worker dies is no error of the task: engines whose workers can do that run the
// task again, whatever the policy.)
func Retry(p braid.Policy) TaskOption { return retryOption(p) }

func (o retryOption) applyToTask(d *definition) {
	if d.tries {
		panic("engine: option Retry given twice")
	}
	d.retry, d.tries = braid.Policy(o), true
}

var registry struct {
	sync.RWMutex
	tasks map[string]*definition
}

// Define gives fn a name by which engines find it, on whichever machine they
// run it. It is called while the program starts, for a variable of a package or in
// an init function, so that every process of the program has the same tasks.
//
// It panics if the name is empty, too long or taken, if fn is nil, if fn is a
// method value or a function literal within another function than init (which may have
// captured variables that would not come along), and if In or Out is a type
// that JSON would not give back as it was: one with channels, functions,
// interfaces, unexported fields or two fields of one name, unless it has methods
// for JSON or text (its own or those of a type that it embeds), which then answer
// for all of it. An empty struct stands for no argument or no result. What is left
// to the program: fields with the tag json:"-" stay behind, and in a string what
// is not valid UTF-8 arrives as U+FFFD (in a []byte it arrives as it is).
func Define[In, Out any](name string, fn func(ctx context.Context, in In) (Out, error), opts ...TaskOption) *Task[In, Out] {
	if fn == nil {
		panic("engine: Define called with a nil function")
	}
	checkName(name)
	checkFunction(name, fn)
	checkType(name, "argument", reflect.TypeFor[In]())
	checkType(name, "result", reflect.TypeFor[Out]())

	d := &definition{name: name, pc: reflect.ValueOf(fn).Pointer()}
	for _, o := range opts {
		if o == nil {
			panic("engine: nil option")
		}
		o.applyToTask(d)
	}
	d.call = func(ctx context.Context, input []byte) ([]byte, error) {
		var in In
		if err := json.Unmarshal(input, &in); err != nil {
			return nil, fmt.Errorf("engine: the argument of task %s does not fit %T: %w", name, in, err)
		}
		var out Out
		var err error
		if d.tries {
			out, err = braid.Retry(ctx, d.retry, func(ctx context.Context) (Out, error) { return fn(ctx, in) })
		} else {
			out, err = fn(ctx, in)
		}
		if err != nil {
			return nil, err
		}
		data, err := json.Marshal(&out)
		if err != nil {
			return nil, fmt.Errorf("engine: the result of task %s cannot be written as JSON: %w", name, err)
		}
		return data, nil
	}

	registry.Lock()
	defer registry.Unlock()
	if registry.tasks[name] != nil {
		panic("engine: there are two tasks " + name)
	}
	if registry.tasks == nil {
		registry.tasks = map[string]*definition{}
	}
	registry.tasks[name] = d
	return &Task[In, Out]{d}
}

// Name gives the name that the task was defined with.
func (t *Task[In, Out]) Name() string { return t.name }

// Names gives the names of all tasks of this program, sorted.
func Names() []string {
	registry.RLock()
	defer registry.RUnlock()
	names := make([]string, 0, len(registry.tasks))
	for name := range registry.tasks {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func find(name string) (*definition, error) {
	registry.RLock()
	defer registry.RUnlock()
	if d := registry.tasks[name]; d != nil {
		return d, nil
	}
	return nil, fmt.Errorf("%w: %q; is this another version of the program?", ErrUnknownTask, name)
}
