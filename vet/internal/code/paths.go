// Paths: what may run after a place in a function. A thin layer over the control
// flow graph of golang.org/x/tools that gets select right: a communication happens on the way into
// its own clause, and on no other.

package code

import (
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/analysis/passes/ctrlflow"
	"golang.org/x/tools/go/cfg"
)

// Flow is the control flow of one function.
type Flow struct {
	steps map[*cfg.Block][]ast.Node
	graph *cfg.CFG
}

// FlowOf gives the flow of a declaration or literal; nil if it has no body.
func FlowOf(cfgs *ctrlflow.CFGs, fn ast.Node) *Flow {
	_, body := FuncParts(fn)
	if body == nil {
		return nil
	}
	f := &Flow{steps: map[*cfg.Block][]ast.Node{}}
	switch fn := fn.(type) {
	case *ast.FuncDecl:
		f.graph = cfgs.FuncDecl(fn)
	case *ast.FuncLit:
		f.graph = cfgs.FuncLit(fn)
	}
	if f.graph == nil {
		return nil
	}
	comms := map[ast.Node]bool{}
	Shallow(body, func(n ast.Node) bool {
		if clause, ok := n.(*ast.CommClause); ok && clause.Comm != nil {
			comms[clause.Comm] = true
		}
		return true
	})
	for _, b := range f.graph.Blocks {
		var steps []ast.Node
		if clause, ok := b.Stmt.(*ast.CommClause); ok && b.Kind == cfg.KindSelectCaseBody && clause.Comm != nil {
			steps = append(steps, clause.Comm)
		}
		for _, n := range b.Nodes {
			if !comms[n] {
				steps = append(steps, n)
			}
		}
		f.steps[b] = steps
	}
	return f
}

// find gives the block that a place is in, and its step there.
func (f *Flow) find(at ast.Node) (block *cfg.Block, step int) {
	best := token.Pos(-1)
	for _, b := range f.graph.Blocks {
		for i, n := range f.steps[b] {
			if within(at, n) && (block == nil || n.End()-n.Pos() < best) {
				block, step, best = b, i, n.End()-n.Pos()
			}
		}
	}
	return block, step
}

// After visits what may run after a place, each step (a simple statement, a condition, an
// operand of range) once. Steps that a step for which visit gives false leads to are left
// out, unless there is another way to them. Ends of the function are steps of type
// *ast.ReturnStmt, also where it only falls off its end.
func (f *Flow) After(at ast.Node, visit func(ast.Node) bool) {
	if f == nil {
		return
	}
	block, step := f.find(at)
	if block == nil {
		return
	}
	f.walk(block, step+1, map[*cfg.Block]bool{}, visit)
}

// Clause visits what may run from the start of a select clause's body.
func (f *Flow) Clause(clause *ast.CommClause, visit func(ast.Node) bool) {
	if f == nil {
		return
	}
	if len(clause.Body) > 0 {
		if block, step := f.find(clause.Body[0]); block != nil {
			f.walk(block, step, map[*cfg.Block]bool{}, visit)
			return
		}
	}
	for _, b := range f.graph.Blocks {
		if b.Stmt == clause && b.Kind == cfg.KindSelectCaseBody {
			f.walk(b, 0, map[*cfg.Block]bool{}, visit)
		}
	}
}

func (f *Flow) walk(b *cfg.Block, step int, seen map[*cfg.Block]bool, visit func(ast.Node) bool) {
	if step == 0 {
		if seen[b] {
			return
		}
		seen[b] = true
	}
	for _, n := range f.steps[b][step:] {
		if !visit(n) {
			return
		}
	}
	for _, next := range b.Succs {
		f.walk(next, 0, seen, visit)
	}
}

// Reaching gives the steps at which a variable may last have been given its value, as
// seen from a place: the nearest ones, going back on every way, for which sets is true.
// start is true if some way back to the start of the function meets none.
func (f *Flow) Reaching(at ast.Node, sets func(ast.Node) bool) (steps []ast.Node, start bool) {
	if f == nil {
		return nil, true
	}
	block, step := f.find(at)
	if block == nil {
		return nil, true
	}
	preds := map[*cfg.Block][]*cfg.Block{}
	for _, b := range f.graph.Blocks {
		if b.Live {
			for _, s := range b.Succs {
				preds[s] = append(preds[s], b)
			}
		}
	}
	seen := map[*cfg.Block]bool{}
	var back func(b *cfg.Block, step int)
	back = func(b *cfg.Block, step int) {
		for i := step - 1; i >= 0; i-- {
			if n := f.steps[b][i]; sets(n) {
				steps = append(steps, n)
				return
			}
		}
		if b == f.graph.Blocks[0] {
			start = true
		}
		for _, p := range preds[b] {
			if !seen[p] {
				seen[p] = true
				back(p, len(f.steps[p]))
			}
		}
	}
	back(block, step)
	return steps, start
}

// Has tells whether a step has a node in it (literals left out) for which is is true.
func Has(step ast.Node, is func(ast.Node) bool) (found bool) {
	Shallow(step, func(n ast.Node) bool {
		if found {
			return false
		}
		if n != nil && is(n) {
			found = true
		}
		return !found
	})
	return found
}
