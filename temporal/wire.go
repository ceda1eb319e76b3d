package temporal

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/internal/seam"
)

// This file is an error tree on the wire. What is kept: a tree that is decoded
// is taken apart by Split, Catch, errors.Is and errors.As as the one that was
// encoded would be, as far as types and sentinels are registered; reading and
// writing takes time and memory linear in the tree and does not recurse in it;
// and whatever anybody sends, decoding gives an error and not a panic.

// A wire is a tree laid flat: its nodes, each before what is below it.
type wire struct {
	Version int    `json:"braid"`
	Nodes   []node `json:"nodes"`
}

const wireVersion = 1

// A node is one error. How many of the nodes that follow are directly below it
// says Kids.
type node struct {
	Kind string   `json:"kind"`
	Kids int      `json:"kids,omitempty"`
	Text string   `json:"text,omitempty"`
	Type string   `json:"type,omitempty"`
	Is   []string `json:"is,omitempty"`

	Path    string `json:"path,omitempty"` // of the group, or of what panicked
	Name    string `json:"name,omitempty"` // of the task, the scope, or who cancelled
	At      *at    `json:"at,omitempty"`
	Item    int    `json:"item,omitempty"` // from 1
	Primary int    `json:"primary,omitempty"`
	Dropped int    `json:"dropped,omitempty"`
	Flags   flags  `json:"flags,omitempty"`

	Nanos int64           `json:"nanos,omitempty"`
	Time  int64           `json:"time,omitempty"` // nanoseconds since 1970
	Stack string          `json:"stack,omitempty"`
	Value json.RawMessage `json:"value,omitempty"`
	Data  []byte          `json:"data,omitempty"`
}

type at struct {
	Func string `json:"func,omitempty"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

type flags uint16

const (
	afterCancel flags = 1 << iota
	ofBody
	isPermanent
	isAttempt
	isLate      // of a deadline
	hasReason   // the first node below is the reason
	hasCause    // the next one is the cause
	hasValue    // the first node below is what was panicked with
	hasSiblings // the next one are the siblings
	isBranch    // it has an Unwrap() []error
)

const (
	kindTask       = "task"
	kindGroup      = "group"
	kindTimeout    = "timeout"
	kindPanic      = "panic"
	kindCancel     = "cancellation"
	kindLate       = "late"
	kindPermanent  = "permanent"
	kindRetryAfter = "retry-after"
	kindJoin       = "join"
	kindSentinel   = "sentinel"
	kindValue      = "value"
	kindFailure    = "failure" // of the SDK
	kindSeal       = "seal"
	kindOther      = "error"
)

// bounds keep the size of what is sent within what the server takes.
type bounds struct {
	nodes, kids, text, stack int
}

// inBounds are tried one after the other until the tree is small enough.
var inBounds = []bounds{
	{20_000, 20_000, math.MaxInt, math.MaxInt},
	{20_000, 2_000, 8 << 10, 4 << 10},
	{2_000, 200, 1 << 10, 1 << 10},
	{100, 20, 512, 0},
	{10, 4, 128, 0},
}

// deepest is how many levels are sent; of what is below there is only the text.
// The text of a chain of wrappers is as long as the chain, at each level.
const deepest = 1000

// flatten lays out the tree of err.
func flatten(err error, b bounds) []node {
	type visit struct {
		err   error
		depth int
	}
	var (
		nodes []node
		above []any // the nodes the visit is below that have an identity
		on    = map[any]bool{}
		todo  = []visit{{err, 0}}
	)
	for len(todo) > 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for len(above) > v.depth {
			if id := above[len(above)-1]; id != nil {
				delete(on, id)
			}
			above = above[:len(above)-1]
		}
		id := identity(v.err)
		if id != nil && on[id] || len(nodes) >= b.nodes || v.depth > deepest {
			nodes = append(nodes, textNode(v.err, b))
			continue
		}
		n, kids := nodeOf(v.err, b)
		if omitted := len(kids) - b.kids; omitted > 0 {
			kids = kids[:b.kids:b.kids]
			if n.Kind == kindGroup {
				n.Dropped += omitted
				if n.Primary > b.kids {
					n.Primary = 0
				}
			} else {
				kids = append(kids, fmt.Errorf("and %d more errors", omitted))
			}
		}
		n.Kids = len(kids)
		nodes = append(nodes, n)
		if id != nil {
			on[id] = true
		}
		above = append(above, id)
		for i := len(kids) - 1; i >= 0; i-- {
			todo = append(todo, visit{kids[i], v.depth + 1})
		}
	}
	return nodes
}

// identity tells nodes apart so that a cycle is seen; values have none.
func identity(err error) any {
	if err == nil || reflect.TypeOf(err).Kind() != reflect.Pointer {
		return nil
	}
	return err
}

// textNode is an error of which only the text is kept.
func textNode(err error, b bounds) node {
	return node{Kind: kindOther, Text: clip(textOf(err), b.text), Type: fmt.Sprintf("%T", err)}
}

func textOf(err error) string {
	if err == nil {
		return "<nil>"
	}
	return seam.Text(err)
}

// nodeOf gives what is sent of one error, and what is below it.
func nodeOf(err error, b bounds) (n node, kids []error) {
	if f, ok := seam.ReadTaskError(err); ok {
		n = node{Kind: kindTask, Name: f.Name, At: whereOf(f.Site), Item: f.Item + 1}
		n.Path, _ = seam.PlaceOf(f.Place)
		n.Flags.set(afterCancel, f.AfterCancel)
		n.Flags.set(ofBody, f.Body)
		n.Flags.set(isPermanent, f.Permanent)
		n.Flags.set(isAttempt, f.Attempt)
		return n, present(f.Err)
	}
	if g, ok := seam.ReadGroupError(err); ok {
		path, site := seam.PlaceOf(g.Place)
		return node{Kind: kindGroup, Path: path, At: whereOf(site), Primary: g.Primary + 1, Dropped: g.Dropped}, g.Errs
	}
	if t, ok := seam.ReadTimeoutError(err); ok {
		return node{Kind: kindTimeout, Name: t.Name, Nanos: int64(t.After), At: whereOf(t.Site)}, present(t.Err)
	}
	if c, ok := seam.ReadCancellation(err); ok {
		n = node{Kind: kindCancel, Type: fmt.Sprint(c.Kind), Name: c.By, At: whereOf(c.Site)}
		if !c.At.IsZero() {
			n.Time = c.At.UnixNano()
		}
		n.Flags.set(isLate, c.Late)
		n.Flags.set(hasReason, c.Reason != nil)
		n.Flags.set(hasCause, c.Cause != nil)
		return n, present(c.Reason, c.Cause)
	}
	if real, timeout, ok := seam.ReadLateError(err); ok {
		return node{Kind: kindLate}, []error{real, timeout}
	}
	if inner, permanent, after, ok := seam.ReadAdvice(err); ok {
		if permanent {
			return node{Kind: kindPermanent}, []error{inner}
		}
		return node{Kind: kindRetryAfter, Nanos: int64(after)}, []error{inner}
	}
	switch e := err.(type) {
	case *braid.PanicError:
		return panicNode(e, b)
	case *seal:
		return node{Kind: kindSeal}, []error{e.err}
	}
	if name, ok := sentinelName(err); ok {
		return node{Kind: kindSentinel, Type: name, Text: textOf(err)}, nil
	}
	one, many := seam.Below(err)
	if one != nil {
		many = []error{one}
	}
	if seam.Joined(err) {
		return node{Kind: kindJoin}, many
	}
	if data := failureOf(err); data != nil {
		return node{Kind: kindFailure, Text: clip(textOf(err), b.text), Data: data}, nil
	}
	n = textNode(err, b)
	n.Is = matched(err)
	late, ok := err.(interface{ Timeout() bool })
	n.Flags.set(isLate, ok && asked(late))
	_, branches := err.(interface{ Unwrap() []error })
	n.Flags.set(isBranch, branches)
	if name, value := typed(err); name != "" {
		n.Kind, n.Name, n.Value = kindValue, name, value
	}
	return n, many
}

func asked(err interface{ Timeout() bool }) (late bool) {
	defer func() { _ = recover() }()
	return err.Timeout()
}

func (f *flags) set(flag flags, on bool) {
	if on {
		*f |= flag
	}
}

func (f flags) has(flag flags) bool { return f&flag != 0 }

func present(errs ...error) (kept []error) {
	for _, err := range errs {
		if err != nil {
			kept = append(kept, err)
		}
	}
	return kept
}

func whereOf(site *seam.Where) *at {
	if site == nil {
		return nil
	}
	return &at{site.Func, site.File, site.Line}
}

func (a *at) site() *seam.Where {
	if a == nil {
		return &seam.Where{}
	}
	return &seam.Where{Func: a.Func, File: a.File, Line: a.Line}
}

// clip bounds a text, keeping its beginning.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return text[:most] + "…"
}

// unflatten makes the tree again, from the last node to the first: what is below
// a node has then been made.
func unflatten(nodes []node) (error, error) {
	var made []error // the last one made is the first of those below the next
	for i := len(nodes) - 1; i >= 0; i-- {
		n := nodes[i]
		if n.Kids < 0 || n.Kids > len(made) {
			return nil, errors.New("braid: an error from another process is cut off")
		}
		below := made[len(made)-n.Kids:]
		kids := make([]error, n.Kids)
		for k := range kids {
			kids[k] = below[len(below)-1-k]
		}
		made = append(made[:len(made)-n.Kids], n.make(kids))
	}
	if len(made) != 1 {
		return nil, errors.New("braid: an error from another process has no one root")
	}
	return made[0], nil
}

// make gives the error that the node is of.
func (n node) make(kids []error) error {
	kid := func(i int) error {
		if i < len(kids) {
			return kids[i]
		}
		return nil
	}
	switch n.Kind {
	case kindTask:
		return seam.NewTaskError(seam.Failure{
			Err: kid(0), AfterCancel: n.Flags.has(afterCancel), Place: seam.NewPlace(nil, "", n.Path, 0, n.At.site()),
			Name: n.Name, Site: n.At.site(), Item: n.Item - 1,
			Body: n.Flags.has(ofBody), Permanent: n.Flags.has(isPermanent), Attempt: n.Flags.has(isAttempt),
		})
	case kindGroup:
		if n.Primary < 0 || n.Primary > len(kids) {
			n.Primary = 0
		}
		return seam.NewGroupError(seam.FailedGroup{
			Errs: kids, Primary: n.Primary - 1, Dropped: max(n.Dropped, 0), Place: seam.NewPlace(nil, "", n.Path, 0, n.At.site()),
		})
	case kindTimeout:
		return seam.NewTimeoutError(seam.Timeout{Name: n.Name, After: time.Duration(n.Nanos), Err: kid(0), Site: n.At.site()})
	case kindCancel:
		return n.cancellation(kid)
	case kindPanic:
		return n.panic(kid)
	case kindSentinel:
		if known := sentinel(n.Type); known != nil {
			return known
		}
		return &RemoteError{Type: n.Type, Text: n.Text}
	case kindFailure:
		return n.failure()
	case kindJoin:
		if len(kids) == 0 {
			break
		}
		return errors.Join(kids...)
	}
	if len(kids) > 0 {
		switch n.Kind {
		case kindLate:
			if timeout, ok := kid(1).(*braid.TimeoutError); ok {
				return seam.NewLateError(kids[0], timeout)
			}
		case kindPermanent:
			return braid.Permanent(kids[0])
		case kindRetryAfter:
			return braid.RetryAfter(kids[0], max(time.Duration(n.Nanos), 0))
		case kindSeal:
			return &seal{kids[0]}
		}
	}
	return n.remote(kids)
}

// remote gives an error whose type is not ours.
func (n node) remote(kids []error) error {
	e := &RemoteError{Type: n.Type, Text: n.Text, late: n.Flags.has(isLate)}
	if n.Kind == kindValue {
		e.value = valueOf(n.Name, n.Value)
		if e.value != nil && (len(kids) == 0 || unwrapsItself(e.value)) {
			return e.value
		}
	}
	for _, name := range n.Is {
		if known := sentinel(name); known != nil {
			e.is = append(e.is, known)
		}
	}
	switch {
	case n.Flags.has(isBranch):
		return &remoteMany{e, kids}
	case len(kids) == 0:
		return e
	case len(kids) == 1:
		return &remoteOne{e, kids[0]}
	}
	return &remoteMany{e, kids}
}

func (n node) cancellation(kid func(int) error) error {
	c := seam.Cancellation{By: n.Name, Site: n.At.site(), Late: n.Flags.has(isLate)}
	if len(n.Type) == 1 && n.Type[0] >= '0' && n.Type[0] <= '0'+byte(seam.ByOutside) {
		c.Kind = seam.Kind(n.Type[0] - '0')
	}
	i := 0
	if n.Flags.has(hasReason) {
		c.Reason, i = kid(0), 1
	}
	if n.Flags.has(hasCause) {
		c.Cause = kid(i)
	}
	if n.Time != 0 {
		c.At = time.Unix(0, n.Time)
	}
	if c.Kind == seam.ByOutside && c.Cause == nil || c.Kind == seam.ByFailure && c.Reason == nil {
		c.Kind = seam.ByCall // whose text needs neither
	}
	c.Late = c.Late && c.Cause != nil
	return seam.NewCancellation(c)
}

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
