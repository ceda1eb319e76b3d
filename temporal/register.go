package temporal

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"reflect"
	"sync"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
)

// This file knows the errors that are the same in every process: sentinels by
// name, and types whose values travel as JSON.

var registry = struct {
	sync.RWMutex
	sentinels map[string]error
	order     []string // of their names
	types     map[string]reflect.Type
	names     map[reflect.Type]string
}{
	sentinels: map[string]error{},
	types:     map[string]reflect.Type{},
	names:     map[reflect.Type]string{},
}

func init() {
	for name, err := range map[string]error{
		"context.Canceled":         context.Canceled,
		"context.DeadlineExceeded": context.DeadlineExceeded,
		"errors.ErrUnsupported":    errors.ErrUnsupported,
		"io.EOF":                   io.EOF,
		"io.ErrUnexpectedEOF":      io.ErrUnexpectedEOF,
		"io.ErrClosedPipe":         io.ErrClosedPipe,
		"io.ErrShortWrite":         io.ErrShortWrite,
		"io.ErrNoProgress":         io.ErrNoProgress,
		"fs.ErrInvalid":            fs.ErrInvalid,
		"fs.ErrPermission":         fs.ErrPermission,
		"fs.ErrExist":              fs.ErrExist,
		"fs.ErrNotExist":           fs.ErrNotExist,
		"fs.ErrClosed":             fs.ErrClosed,
		"os.ErrDeadlineExceeded":   os.ErrDeadlineExceeded,
		"os.ErrProcessDone":        os.ErrProcessDone,
		"net.ErrClosed":            net.ErrClosed,
		"braid.ErrClosed":          braid.ErrClosed,
		"braid.ErrNotDone":         braid.ErrNotDone,
		"braid.ErrGoexit":          braid.ErrGoexit,
		"braid.ErrDeadlock":        braid.ErrDeadlock,
		"braid.ErrNotReady":        braid.ErrNotReady,
		"braid.ErrReadyTwice":      braid.ErrReadyTwice,
		"braid.ErrNotClosed":       braid.ErrNotClosed,
		"braid.ErrNoTasks":         braid.ErrNoTasks,
		"braid.ErrBudget":          braid.ErrBudget,
		"temporal.ErrTooLarge":     ErrTooLarge,
		"engine.ErrUnknownTask":    engine.ErrUnknownTask,
	} {
		RegisterError(name, err)
	}
}

// RegisterError makes a sentinel, such as io.EOF, known by name, so that
// errors.Is finds it in an error that comes from another process, if that has
// registered its own under the same name. Those of package context, io, io/fs,
// net and braid are known from the start. It is for package initialisation, and
// panics if the name is empty or another error's, or the error is nil.
func RegisterError(name string, sentinel error) {
	switch {
	case name == "":
		panic("braid: RegisterError called with an empty name")
	case sentinel == nil:
		panic("braid: RegisterError called with a nil error")
	}
	registry.Lock()
	defer registry.Unlock()
	if known, ok := registry.sentinels[name]; ok {
		if !same(known, sentinel) {
			panic("braid: RegisterError called twice for the name " + name)
		}
		return
	}
	registry.sentinels[name] = sentinel
	registry.order = append(registry.order, name)
}

// RegisterErrorType makes the error type E known by name, so that errors.As finds
// it in an error that comes from another process, if that has registered its own
// under the same name. A value travels as JSON: what json.Marshal leaves out of
// it is lost, but for the errors that it wraps, which travel by themselves. It is
// for package initialisation, and panics if the name is empty or another type's,
// or E is an interface.
func RegisterErrorType[E error](name string) {
	typ := reflect.TypeFor[E]()
	switch {
	case name == "":
		panic("braid: RegisterErrorType called with an empty name")
	case typ.Kind() == reflect.Interface:
		panic("braid: RegisterErrorType called for the interface " + typ.String())
	}
	registry.Lock()
	defer registry.Unlock()
	if known, ok := registry.types[name]; ok && known != typ {
		panic("braid: RegisterErrorType called twice for the name " + name)
	}
	registry.types[name] = typ
	registry.names[typ] = name
}

// sentinelName gives the name of a registered sentinel.
func sentinelName(err error) (string, bool) {
	registry.RLock()
	defer registry.RUnlock()
	for _, name := range registry.order {
		if same(registry.sentinels[name], err) {
			return name, true
		}
	}
	return "", false
}

func sentinel(name string) error {
	registry.RLock()
	defer registry.RUnlock()
	return registry.sentinels[name]
}

// matched gives the names of the registered sentinels that err says it is, by a
// method of its own.
func matched(err error) (names []string) {
	is, ok := err.(interface{ Is(error) bool })
	if !ok {
		return nil
	}
	registry.RLock()
	defer registry.RUnlock()
	for _, name := range registry.order {
		if says(is, registry.sentinels[name]) {
			names = append(names, name)
		}
	}
	return names
}

func says(err interface{ Is(error) bool }, target error) (is bool) {
	defer func() { _ = recover() }()
	return err.Is(target)
}

// typed gives the name and the JSON of a value whose type is registered.
func typed(err error) (name string, value json.RawMessage) {
	registry.RLock()
	name, ok := registry.names[reflect.TypeOf(err)]
	registry.RUnlock()
	if !ok {
		return "", nil
	}
	defer func() {
		if recover() != nil {
			name, value = "", nil
		}
	}()
	value, failed := json.Marshal(err)
	if failed != nil {
		return "", nil
	}
	return name, value
}

// valueOf makes a value of a registered type, or nil if that is not known here or
// cannot read it.
func valueOf(name string, value json.RawMessage) (err error) {
	registry.RLock()
	typ, ok := registry.types[name]
	registry.RUnlock()
	if !ok {
		return nil
	}
	defer func() {
		if recover() != nil {
			err = nil
		}
	}()
	v := reflect.New(typ)
	if json.Unmarshal(value, v.Interface()) != nil {
		return nil
	}
	if typ.Kind() == reflect.Pointer && v.Elem().IsNil() {
		return nil
	}
	return v.Elem().Interface().(error)
}
