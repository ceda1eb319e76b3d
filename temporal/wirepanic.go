package temporal

import (
	"encoding/json"
	"fmt"

	"github.com/braid-go/braid"
)

// This file sends panics: with their stacks, and with the values that other processes
// can have, too.

func panicNode(e *braid.PanicError, b bounds) (n node, kids []error) {
	if e == nil {
		return node{Kind: kindOther, Text: "<nil>", Type: "*braid.PanicError"}, nil
	}
	n = node{Kind: kindPanic, Path: e.Path, Stack: clip(string(e.Stack), b.stack)}
	value, isError := e.Value.(error)
	n.Flags.set(hasValue, isError && value != nil)
	n.Flags.set(hasSiblings, e.Siblings != nil)
	if !isError {
		n.Type, n.Text = fmt.Sprintf("%T", e.Value), clip(fmt.Sprint(e.Value), b.text)
		switch v := e.Value.(type) {
		case bool, int, int64, uint64, float64:
			n.Value, _ = json.Marshal(v)
		}
	}
	return n, present(value, e.Siblings)
}

// A RemoteValue is what a task in another process panicked with, where that was
// no error, string, number or bool.
type RemoteValue struct {
	Type string // its Go type there
	Text string // as fmt prints it
}

// String gives the value as fmt printed it there.
func (v RemoteValue) String() string { return v.Text }

func (n node) panic(kid func(int) error) error {
	e := &braid.PanicError{Path: n.Path}
	if n.Stack != "" {
		e.Stack = []byte(n.Stack)
	}
	i := 0
	if n.Flags.has(hasValue) {
		e.Value, i = kid(0), 1
	} else {
		e.Value = n.panicValue()
	}
	if n.Flags.has(hasSiblings) {
		e.Siblings = kid(i)
	}
	return e
}

func (n node) panicValue() any {
	read := func(to any) bool { return json.Unmarshal(n.Value, to) == nil }
	switch n.Type {
	case "string":
		return n.Text
	case "bool":
		if v := false; read(&v) {
			return v
		}
	case "int":
		if v := 0; read(&v) {
			return v
		}
	case "int64":
		if v := int64(0); read(&v) {
			return v
		}
	case "uint64":
		if v := uint64(0); read(&v) {
			return v
		}
	case "float64":
		if v := 0.0; read(&v) {
			return v
		}
	}
	return RemoteValue{n.Type, n.Text}
}
