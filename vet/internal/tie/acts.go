// What a piece of code waits for, and what it does that others may wait for: in its
// own statements, and in the literals and functions of the package that it calls (walker.go).

package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/braid-go/braid/vet/internal/code"
)

// wait is what is waited for.
type wait int

const (
	room   wait = iota // in a channel
	item               // out of a channel
	lock               // a Mutex
	slots              // of a semaphore
	signal             // of a Cond
	count              // of a WaitGroup
	open               // nobody waits, but it has to be closed, or given back (started.go)
	waits              // how many there are
)

// String says what ends the wait.
func (w wait) String() string {
	return [...]string{"receive from", "send to or close", "unlock", "release", "signal", "count down", "close"}[w]
}

// act is one thing that waits, or that ends a wait.
type act struct {
	at    spot
	v     *types.Var // the channel, the lock
	what  wait
	gives bool // it ends a wait
	way   bool // it goes on without, or keeps nobody up
	sure  bool // nothing before it is likely to panic
	all   bool // it ranges over a channel, or closes it
}

// spot is a variable, or what is reached from one.
type spot struct {
	root *types.Var
	path string
}

func (s spot) String() string { return s.root.Name() + s.path }

// methods are those that wait or end a wait.
var methods = []struct {
	path, name string
	what       wait
	gives, way bool
}{
	{"sync", "Mutex.Lock", lock, false, false},
	{"sync", "Mutex.TryLock", lock, false, true},
	{"sync", "Mutex.Unlock", lock, true, false},
	{"sync", "RWMutex.Lock", lock, false, false},
	{"sync", "RWMutex.TryLock", lock, false, true},
	{"sync", "RWMutex.Unlock", lock, true, false},
	{"sync", "RWMutex.RLock", lock, false, false},
	{"sync", "RWMutex.TryRLock", lock, false, true},
	{"sync", "RWMutex.RUnlock", lock, true, false},
	{"sync", "Locker.Lock", lock, false, false},
	{"sync", "Locker.Unlock", lock, true, false},
	{"sync", "Cond.Wait", signal, false, false},
	{"sync", "Cond.Signal", signal, true, false},
	{"sync", "Cond.Broadcast", signal, true, false},
	{"sync", "WaitGroup.Wait", count, false, false},
	{"sync", "WaitGroup.Done", count, true, false},
	{semaphore, "Weighted.Acquire", slots, false, false},
	{semaphore, "Weighted.TryAcquire", slots, false, true},
	{semaphore, "Weighted.Release", slots, true, false},
}

const semaphore = "golang.org/x/sync/semaphore"

// spot gives what an expression means, if others may mean it too.
func (w *walker) spot(e ast.Expr) (spot, bool) {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, _ := w.f.Info.ObjectOf(e).(*types.Var)
		if s, ok := w.env[v]; ok {
			return s, true
		}
		own := v == nil || slices.ContainsFunc(w.homes, func(n ast.Node) bool { return code.Within(w.f.declOf(v), n) })
		return spot{root: v}, !own
	case *ast.SelectorExpr:
		if v, ok := w.f.Info.Uses[e.Sel].(*types.Var); ok && !v.IsField() {
			return spot{root: v}, true
		}
		s, ok := w.spot(e.X)
		return spot{s.root, s.path + "." + e.Sel.Name}, ok
	case *ast.IndexExpr:
		s, ok := w.spot(e.X)
		return spot{s.root, s.path + "[]"}, ok
	case *ast.StarExpr:
		return w.spot(e.X)
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			return w.spot(e.X)
		}
	}
	return spot{}, false
}

// mayPanic tells whether a node is a call that may well panic: of anything but the standard library.
func (w *walker) mayPanic(n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok || w.f.Info.Types[call.Fun].IsType() {
		return false
	}
	if name := w.f.Builtin(call); name != "" {
		return name == "panic"
	}
	fn := code.Callee(w.f.Info, call)
	if fn == nil || fn.Pkg() == nil || fn.Pkg() == w.f.pass.Pkg {
		return true
	}
	first, _, _ := strings.Cut(fn.Pkg().Path(), "/")
	return strings.Contains(first, ".")
}
