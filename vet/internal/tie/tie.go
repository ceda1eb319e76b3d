// Package tie carries groups that are put together by hand (a WaitGroup and go
// statements, an errgroup, a conc group or pool) over to braid, where that is
// mechanical: the new code does what the old one did. Where it is not, it says
// what stands in the way, and which of braid's shapes the code asks for.
//
// What stays the same: which functions run, when each starts and with which
// arguments, what is waited for, and what errors.Is and errors.As see in the
// result (whose text names the task that failed). What is gained: a panic of a task comes out of the join instead of
// killing the process (where a function around it recovers, so that the program
// would live on, the group gets CrashOnPanic and still dies), and a failed or
// cancelled errgroup starts no further tasks (only those that take the group's
// context are carried over, and that context would be dead).
//
// The files: region.go has what must hold of the code between the first task and
// the join, and held.go of what waits for a task meanwhile, started.go of what would be left undone without one (acts.go
// and walker.go find that out, roomy.go knows channels that nobody waits for), ended.go of what a deferred call ends,
// quiet.go of what is done between the tasks, cross.go of regions that lie across each other; slots.go makes a limit of
// one, calm.go knows tasks that end well when they are told to; task.go has what must hold
// of a task, made.go and gowait.go of the group itself, run.go makes a Run of it,
// value.go takes tasks apart that leave one value behind, for maps.go and joins.go,
// call.go has goroutines whose result comes over a channel, owner.go groups that belong to an
// object; kinds.go sorts the go statements that are left, ends.go knows what ends those;
// conc.go has what is told of conc's other packages.
// params.go has what becomes of parameters, leaves.go what recovers or ends its goroutine, errs.go where errors get to, owned.go what must hold of an object.
package tie

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
	"github.com/braid-go/braid/vet/internal/edit"
)

// The shapes of what is found.
const (
	Run     = "run"     // a group within one block: braid.Run
	Map     = "map"     // one result an item: braid.Map
	Join    = "join"    // one variable a task: braid.Join2
	Call    = "call"    // one result over a channel, received where the goroutine is started: braid.Call
	Owner   = "owner"   // a group that belongs to an object: braid.Open
	Reshape = "reshape" // a group, but something stands in the way
	Promise = "promise" // one result over a channel: braid.Fork
	Watch   = "watch"   // waits for a context or an end: context.AfterFunc, braid.Background
)

// Finding is one group, or one go statement.
type Finding struct {
	At      analysis.Range
	Shape   string
	Message string
	Edits   []analysis.TextEdit // nil if it is not mechanical
}

type finder struct {
	*code.Index
	pass  *analysis.Pass
	tied  map[ast.Node]bool // go statements that a finding speaks of
	named []namedRegion     // the groups of the new code
	spans []span            // its functions
	found []Finding
}

// Find looks at a package.
func Find(pass *analysis.Pass, x *code.Index) []Finding {
	f := &finder{Index: x, pass: pass, tied: map[ast.Node]bool{}}
	f.owners()
	for cur := range x.Root.Preorder((*ast.BlockStmt)(nil), (*ast.CaseClause)(nil), (*ast.CommClause)(nil)) {
		list := stmts(cur.Node())
		for i := range list {
			f.group(cur, list, i)
			f.calls(cur, list, i)
		}
	}
	f.uncross()
	f.conc()
	f.kinds()
	return f.found
}

func stmts(n ast.Node) []ast.Stmt {
	switch n := n.(type) {
	case *ast.BlockStmt:
		return n.List
	case *ast.CaseClause:
		return n.Body
	case *ast.CommClause:
		return n.Body
	}
	return nil
}

// group looks whether a statement makes a group, and carries it over.
func (f *finder) group(block inspector.Cursor, list []ast.Stmt, i int) {
	g := f.made(list[i])
	if g == nil {
		return
	}
	g.supervised = g.supervised || g.kind == errGroup
	g.block, g.list, g.made = block, list, i
	why := g.parse()
	if len(g.tasks) == 0 && !g.counts {
		return
	}
	if why == "" && g.dotted() {
		why = "its package has a dot import, which may be left without a use"
	}
	if why == "" {
		why = g.dropped()
	}
	if why == "" {
		why = g.calm()
	}
	limited := why == "" && g.toLimit()
	if why == "" {
		why = g.held()
	}
	if why == "" {
		why = g.quiet()
	}
	if why == "" {
		why = g.undone()
	}
	if why == "" {
		if edits, ok := g.toMap(); ok && !limited {
			f.say(g, Map, "a loop that stores a result for each item is braid.Map", edits)
			return
		}
		if edits, ok := g.toJoin(); ok && !limited {
			f.say(g, Join, "tasks that set one variable each are braid.Join"+strconv.Itoa(len(g.tasks)), edits)
			return
		}
		var edits []analysis.TextEdit
		if edits, why = g.toRun(); why == "" {
			f.say(g, Run, "this "+g.kind.String()+" and its tasks are braid.Run", edits)
			return
		}
	}
	f.say(g, Reshape, "this "+g.kind.String()+" could be braid.Run, but "+why, nil)
}

func (f *finder) say(g *group, shape, message string, edits []analysis.TextEdit) {
	for _, t := range g.tasks {
		f.tied[t.stmt] = true
	}
	for _, use := range f.Uses[g.v] { // a go statement that is no task, but has the group in its hands
		for c := range use.Enclosing((*ast.GoStmt)(nil)) {
			f.tied[c.Node()] = true
		}
	}
	f.add(Finding{At: g.list[g.made], Shape: shape, Message: message, Edits: edits})
	g.span(g.kind.String())
}

// dotted tells whether the package that the group is of has a dot import.
func (g *group) dotted() bool {
	switch g.kind {
	case waitGroup:
		return g.file.Dots("sync")
	case errGroup, ctxGroup:
		return g.file.Dots(code.Errgroup)
	}
	return g.file.Dots(code.Conc) || g.file.Dots(code.ConcPool)
}

func (f *finder) add(found Finding) {
	if found.Edits != nil && !edit.CanImport(f.pass, code.Braid) {
		found.Edits = nil
		found.Message += " (after go get " + code.Braid + ")"
	}
	f.found = append(f.found, found)
}

// kind is what a group is made of.
type kind int

const (
	waitGroup   kind = iota // sync.WaitGroup
	errGroup                // errgroup.Group, without a context
	ctxGroup                // errgroup.WithContext
	concGroup               // conc.WaitGroup, pool.New()
	concErrs                // pool.New().WithErrors()
	concCtx                 // pool.New().WithContext(ctx)
	concResults             // pool.NewWithResults
)

func (k kind) String() string {
	return [...]string{"WaitGroup", "errgroup", "errgroup", "conc group", "conc pool", "conc pool", "conc pool"}[k]
}

// errors tells whether the group's tasks return errors, and Wait does.
func (k kind) errors() bool { return k != waitGroup && k != concGroup }

// group is one group that is made, used and waited for in one list of statements.
type group struct {
	f     *finder
	file  *edit.File
	kind  kind
	v     *types.Var // the group
	ctx   *types.Var // the context made with it, or nil
	outer ast.Expr   // the context that one is made from
	limit string     // source text, or ""

	supervised bool   // no failure cancels the others
	unlike     string // what braid's groups do not have as this one does, or ""

	block  inspector.Cursor // whose statements list are
	list   []ast.Stmt
	made   int           // where it is made
	first  int           // the first statement that uses it
	join   int           // the one that has the call of Wait
	wait   *ast.CallExpr // that call
	tasks  []*task
	counts bool       // it has calls of Add
	delete []ast.Stmt // that go without a trace: SetLimit, Add
}

// place is where the code of the region begins.
func (g *group) place() token.Pos { return g.list[g.first].Pos() }

// stable tells whether a variable has the same value from its declaration on, so that it
// does not matter when it is read. A loop's variable is a new one each time round.
func (f *finder) stable(v *types.Var) bool {
	if !code.IsLocal(v) {
		return false
	}
	for _, use := range f.Uses[v] {
		if f.sets(use) {
			return false
		}
		if p, ok := use.Parent().Node().(*ast.IncDecStmt); ok {
			loop, ok := use.Parent().Parent().Node().(*ast.ForStmt)
			if !ok || loop.Post != ast.Stmt(p) {
				return false
			}
		}
	}
	return true
}
