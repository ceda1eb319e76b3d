package temporal

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"

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
	hasCut      // the first node below is what cut the group short
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

func (f *flags) set(flag flags, on bool) {
	if on {
		*f |= flag
	}
}

func (f flags) has(flag flags) bool { return f&flag != 0 }

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
