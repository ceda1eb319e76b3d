// Tasks: functions that something else runs, concurrently with the code that
// hands them over. A literal that is called in place or kept is none.

package code

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// Kind says who runs a task.
type Kind int

const (
	Bare      Kind = iota // a go statement
	WaitGroup             // sync.WaitGroup.Go
	ErrGroup              // errgroup.Group.Go, TryGo
	ConcGroup             // conc.WaitGroup.Go and the pools
	BraidTask             // braid: g.Go, Fork, Map, Run's body, …
	Timer                 // time.AfterFunc, context.AfterFunc
)

// Task is a function handed to something that runs it.
type Task struct {
	Kind  Kind
	At    inspector.Cursor // the go statement, or the call that hands the function over
	Call  *ast.CallExpr    // that call; of a go statement, the call it starts
	Fn    ast.Expr         // the function: a literal or anything else
	Lit   *ast.FuncLit     // nil if the function is named or a value
	Ctx   *types.Var       // the literal's own context parameter, if it has one
	Owner ast.Expr         // the group it is handed to (g of g.Go); nil if there is none
	Body  bool             // a body (of braid.Run, Timeout, …), which runs on the caller's goroutine
}

func taskOfGo(x *Index, cur inspector.Cursor, n *ast.GoStmt) *Task {
	t := &Task{Kind: Bare, At: cur, Call: n.Call, Fn: n.Call.Fun}
	return t.literal(x)
}

// How many functions of braid's that take functions run the caller's own
// goroutine; the others start tasks.
var braidBodies = map[string]bool{
	"Run": true, "Call": true, "Timeout": true, "TimeoutAt": true, "MoveOn": true, "MoveOnAt": true, "Shield": true,
	"Retry": true, "Attempt": true,
}

// Functions of braid's that take functions which are neither task nor body.
var braidCallbacks = map[string]bool{
	"Catch": true, "On": true, "When": true, "Otherwise": true, "Split": true, "OnFailure": true, "OnStall": true,
	"CancelNoise": true, "Subgroup": true, "Match": true,
}

func taskOfCall(x *Index, cur inspector.Cursor, call *ast.CallExpr) *Task {
	fn := Callee(x.Info, call)
	if fn == nil || fn.Pkg() == nil || len(call.Args) == 0 {
		return nil
	}
	t := &Task{At: cur, Call: call}
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && fn.Signature().Recv() != nil {
		t.Owner = sel.X
	}
	last := call.Args[len(call.Args)-1]
	switch path := fn.Pkg().Path(); {
	case Is(fn, "sync", "WaitGroup.Go"):
		t.Kind, t.Fn = WaitGroup, last
	case Is(fn, Errgroup, "Group.Go"), Is(fn, Errgroup, "Group.TryGo"):
		t.Kind, t.Fn = ErrGroup, last
	case (path == Conc || path == ConcPool) && fn.Name() == "Go":
		t.Kind, t.Fn = ConcGroup, last
	case Is(fn, "time", "AfterFunc"), Is(fn, "context", "AfterFunc"):
		t.Kind, t.Fn = Timer, last
	case path == Braid || strings.HasPrefix(path, Braid+"/") && !strings.HasPrefix(path, Braid+"/vet/"): // vet's own functions are like anybody's
		if braidCallbacks[fn.Name()] {
			return nil
		}
		t.Kind, t.Body = BraidTask, path == Braid && braidBodies[fn.Name()]
		for _, arg := range call.Args { // the last function among the arguments: options follow it
			if lit, ok := ast.Unparen(arg).(*ast.FuncLit); ok {
				t.Fn = lit
			} else if _, ok := x.Info.TypeOf(arg).Underlying().(*types.Signature); ok && t.Fn == nil {
				t.Fn = arg
			}
		}
		if t.Fn == nil {
			return nil
		}
		if t.Owner == nil && len(call.Args) > 0 && IsNamed(x.Info.TypeOf(call.Args[0]), Braid, "Group") {
			t.Owner = call.Args[0]
		}
	default:
		return nil
	}
	return t.literal(x)
}

// addTogether enters the other tasks of calls of braid's that are handed several functions: of Join2 and its like all, where the last has been
// entered, and of First and its like those of a list that is written there.
func (x *Index) addTogether(cur inspector.Cursor, call *ast.CallExpr) {
	if !IsCall(x.Info, call, Braid, "Join2", "Join3", "Join4", "Join5", "Funcs", "All", "Settle", "Race", "First", "Quorum") {
		return
	}
	fns := call.Args
	for _, arg := range call.Args {
		if list, ok := ast.Unparen(arg).(*ast.CompositeLit); ok {
			fns = list.Elts
		}
	}
	for _, arg := range fns {
		if lit, ok := ast.Unparen(arg).(*ast.FuncLit); ok && x.Task[lit] == nil {
			x.addTask((&Task{Kind: BraidTask, At: cur, Call: call, Fn: lit}).literal(x))
		}
	}
}

func (t *Task) literal(x *Index) *Task {
	if lit, ok := ast.Unparen(t.Fn).(*ast.FuncLit); ok {
		t.Lit = lit
		t.Ctx = CtxParam(x.Info, lit.Type)
	}
	return t
}

// TaskAround gives the innermost task whose literal has the place in it, or nil.
// A literal that is called in place, deferred, or handed to something unknown
// does not end the search: it may well run as part of the task.
func (x *Index) TaskAround(cur inspector.Cursor) *Task {
	for c := range cur.Enclosing((*ast.FuncLit)(nil)) {
		if c == cur {
			continue
		}
		if t := x.Task[c.Node().(*ast.FuncLit)]; t != nil {
			return t
		}
	}
	return nil
}

// TaskMade gives the task that a literal becomes which a function returns: each call of that function is handed to something that runs
// what it gives, as it is or by a variable. It is nil for any other literal.
func (x *Index) TaskMade(lit inspector.Cursor) *Task {
	if kind, _ := lit.ParentEdge(); kind != edge.ReturnStmt_Results || len(lit.Parent().Node().(*ast.ReturnStmt).Results) != 1 {
		return nil
	}
	maker, ok := FuncAround(lit)
	if !ok {
		return nil
	}
	var uses []inspector.Cursor
	switch n := maker.Node().(type) {
	case *ast.FuncDecl:
		uses = x.Uses[x.Info.Defs[n.Name]]
	case *ast.FuncLit:
		as, ok := maker.Parent().Node().(*ast.AssignStmt)
		if !ok || len(as.Lhs) != 1 {
			return nil
		}
		v := Var(x.Info, as.Lhs[0])
		if !IsLocal(v) || x.Only(v) != ast.Expr(n) {
			return nil
		}
		uses = x.Uses[v]
	}
	var made *Task
	for _, use := range uses {
		if kind, _ := use.ParentEdge(); kind == edge.SelectorExpr_Sel {
			use = use.Parent()
		}
		if kind, _ := use.ParentEdge(); kind != edge.CallExpr_Fun {
			return nil
		}
		t := x.taskGiven(use.Parent())
		if t == nil {
			return nil
		}
		of := *t
		of.Fn, made = lit.Node().(*ast.FuncLit), &of
	}
	if made != nil {
		made.literal(x)
	}
	return made
}

// taskGiven gives the task whose function is what a call gives, as it is or by a variable that is used for nothing else.
func (x *Index) taskGiven(call inspector.Cursor) *Task {
	fn := call.Node().(ast.Expr)
	if as, ok := call.Parent().Node().(*ast.AssignStmt); ok && len(as.Lhs) == 1 {
		v := Var(x.Info, as.Lhs[0])
		if !IsLocal(v) || x.Only(v) != fn || len(x.Uses[v]) != 1 {
			return nil
		}
		fn, _ = x.Uses[v][0].Node().(ast.Expr)
	}
	for _, t := range x.Tasks {
		if ast.Unparen(t.Fn) == fn {
			return t
		}
	}
	return nil
}
