package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"sync/atomic"
)

// This file is what a task knows of the call it was made for: its key, and how
// far an earlier one for the same input came.

// A Running is the call of a task, as an [Engine] makes it with [Invoke].
type Running struct {
	// Key is the same for each call that is made for this input.
	Key string
	// Last is what an earlier call gave to Checkpoint last, as JSON; nil if there
	// was none.
	Last []byte
	// Save, if not nil, is given what Checkpoint is, as JSON. It must not block,
	// and may be called by several goroutines at once.
	Save func([]byte)
}

// maxCheckpoint is how many bytes a checkpoint may have: it goes along with signs of
// life, beside those of other tasks.
const maxCheckpoint = 64 << 10

type runningKey struct{}

// running is a Running under way.
type running struct {
	key  string
	save func([]byte)
	last atomic.Pointer[[]byte]
}

func runningOf(ctx context.Context, caller string) *running {
	if ctx == nil {
		panic("engine: " + caller + " called with a nil context")
	}
	r, _ := ctx.Value(runningKey{}).(*running)
	return r
}

// Invoke calls the task of that name with an argument, as JSON, and gives its
// result as JSON. It is for those who make engines. The error is the task's
// own, or matches [ErrUnknownTask]. A panic passes through.
func Invoke(ctx context.Context, task string, input []byte, r Running) ([]byte, error) {
	d, err := find(task)
	if err != nil {
		return nil, err
	}
	c := &running{key: r.Key, save: r.Save}
	if r.Last != nil {
		c.last.Store(&r.Last)
	}
	return d.call(context.WithValue(ctx, runningKey{}, c), input)
}

// Key gives a text that is the same whenever the task of ctx is run for the
// same input of the same job, and for no other: an idempotency key. A worker
// may die after a task has done its work and before it could tell; who must
// not be charged twice is charged under the key. It is empty outside tasks of
// an engine.
func Key(ctx context.Context) string {
	if r := runningOf(ctx, "Key"); r != nil {
		return r.key
	}
	return ""
}

// Checkpoint keeps v as how far the task of ctx has come. If it has to be run
// again, because its worker died or its policy of [Retry] says so, [Resumed] gives v back. It
// does not block: v goes along with the next sign of life, and of several the
// last counts. Of the checkpoints of tasks that share a batch some 256 KiB go along;
// one that finds no room leaves the one before it standing. It panics if v cannot be
// written as JSON, or has more than 64 KiB there (keep the data elsewhere, and its
// address here), and does nothing outside tasks of an engine.
func Checkpoint(ctx context.Context, v any) {
	r := runningOf(ctx, "Checkpoint")
	if r == nil {
		return
	}
	data, err := json.Marshal(addressed(v))
	if err != nil {
		panic(fmt.Sprintf("engine: a checkpoint cannot be written as JSON: %v", err))
	}
	if len(data) > maxCheckpoint {
		panic(fmt.Sprintf("engine: a checkpoint has %d bytes, of %d at most; keep what is larger elsewhere, and its address here", len(data), maxCheckpoint))
	}
	r.last.Store(&data)
	if r.save != nil {
		r.save(data)
	}
}

// addressed gives a pointer to a copy of v, whose methods write v too.
func addressed(v any) any {
	if v == nil {
		return nil
	}
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	return p.Interface()
}

// Resumed gives what an earlier run of the task of ctx for the same input gave
// to [Checkpoint] last, and whether there was any. It is an error if that is JSON
// from which no T can be read, such as a number where there should be a text. Of
// two structs, as ever with JSON, each may have fields that the other has not.
func Resumed[T any](ctx context.Context) (v T, ok bool, err error) {
	r := runningOf(ctx, "Resumed")
	if r == nil {
		return v, false, nil
	}
	last := r.last.Load()
	if last == nil {
		return v, false, nil
	}
	if err := json.Unmarshal(*last, &v); err != nil {
		return v, false, fmt.Errorf("engine: the checkpoint does not fit %T: %w", v, err)
	}
	return v, true, nil
}
