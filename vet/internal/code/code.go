// Package code answers the questions that all rules have about Go code: is this
// function literal a task, and of what; who is called; which variable is meant;
// may a channel's sender be left waiting; is this place exempt. It knows braid,
// errgroup, conc and the standard library by their import paths and needs none
// of them. What cannot be known is answered in the way that keeps a rule silent.
package code

import (
	"go/ast"
	"go/types"
	"reflect"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// Paths of the packages that start tasks.
const (
	Braid    = "github.com/braid-go/braid"
	Errgroup = "golang.org/x/sync/errgroup"
	Conc     = "github.com/sourcegraph/conc"
	ConcPool = "github.com/sourcegraph/conc/pool"
)

// Index is what is known of a package before any rule looks at it.
type Index struct {
	Pass  *analysis.Pass
	Info  *types.Info
	Root  inspector.Cursor
	Tasks []*Task                             // in the order of their places
	Task  map[*ast.FuncLit]*Task              // by literal, for those whose function is one
	Uses  map[types.Object][]inspector.Cursor // every mention of an object but its declaration
	made  map[*types.Var]made
	Decls map[*types.Func]inspector.Cursor // functions and methods with a body
	files map[*ast.File]*file
	facts map[*types.Func]*Fact
}

// Analyzer builds the [Index] once a package; rules ask for it by
// pass.ResultOf[code.Analyzer].(*code.Index).
var Analyzer = &analysis.Analyzer{
	Name:       "braidcode",
	Doc:        "what braid's rules ask of a package",
	Requires:   []*analysis.Analyzer{inspect.Analyzer},
	ResultType: reflect.TypeFor[*Index](),
	FactTypes:  []analysis.Fact{new(Fact)},
	Run: func(pass *analysis.Pass) (any, error) {
		x := &Index{
			Pass:  pass,
			Info:  pass.TypesInfo,
			Root:  pass.ResultOf[inspect.Analyzer].(*inspector.Inspector).Root(),
			Task:  map[*ast.FuncLit]*Task{},
			Uses:  map[types.Object][]inspector.Cursor{},
			Decls: map[*types.Func]inspector.Cursor{},
			made:  map[*types.Var]made{},
			files: map[*ast.File]*file{},
			facts: map[*types.Func]*Fact{},
		}
		for cur := range x.Root.Preorder((*ast.Ident)(nil), (*ast.GoStmt)(nil), (*ast.CallExpr)(nil), (*ast.FuncDecl)(nil),
			(*ast.AssignStmt)(nil), (*ast.ValueSpec)(nil), (*ast.KeyValueExpr)(nil), (*ast.RangeStmt)(nil)) {
			switch n := cur.Node().(type) {
			case *ast.Ident:
				if o := x.Info.Uses[n]; o != nil {
					switch v := o.(type) { // of an instance, the generic one
					case *types.Var:
						o = v.Origin()
					case *types.Func:
						o = v.Origin()
					}
					x.Uses[o] = append(x.Uses[o], cur)
				}
			case *ast.FuncDecl:
				if fn, ok := x.Info.Defs[n.Name].(*types.Func); ok && n.Body != nil {
					x.Decls[fn] = cur
				}
			case *ast.GoStmt:
				x.addTask(taskOfGo(x, cur, n))
			case *ast.CallExpr:
				x.addTask(taskOfCall(x, cur, n))
				x.addTogether(cur, n)
			default:
				x.addMade(n)
			}
		}
		for _, f := range pass.Files {
			x.files[f] = newFile(pass, f)
		}
		x.learn()
		return x, nil
	},
}

func (x *Index) addTask(t *Task) {
	if t == nil {
		return
	}
	x.Tasks = append(x.Tasks, t)
	if t.Lit != nil {
		x.Task[t.Lit] = t
	}
}
