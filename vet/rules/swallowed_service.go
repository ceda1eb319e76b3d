// Services: functions for which nil says that they were told to stop, and nothing else.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// service tells whether nil says nothing else in the function than that it was told to end:
// all places that return it do so because a context has ended or the object was told to.
// So does what follows a loop without end.
func (c *check) service(cur, fn inspector.Cursor, here *ast.ReturnStmt) bool {
	if c.onlyFails(cur) || c.unheard(fn, 0) || c.serves(cur, fn) || c.starts(fn) || c.neverFails(fn) {
		return true
	}
	endless := false
	for l := range cur.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil), (*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		if l == fn {
			break
		}
		f, ok := l.Node().(*ast.ForStmt)
		endless = ok && c.untilEnd(f)
	}
	_, body := code.FuncParts(fn.Node())
	alone, served := true, endless
	for rc := range fn.Preorder((*ast.ReturnStmt)(nil), (*ast.ForStmt)(nil)) {
		ret, ok := rc.Node().(*ast.ReturnStmt)
		if in, _ := code.FuncAround(rc); in != fn || ret == here {
			continue
		}
		if !ok {
			served = served || c.untilEnd(rc.Node().(*ast.ForStmt))
			continue
		}
		if !code.Within(ret, body) || len(ret.Results) == 0 {
			continue
		}
		last := ast.Unparen(ret.Results[len(ret.Results)-1])
		switch {
		case c.onEnd(rc), isGlobal(code.Var(c.Info, last)):
		case isNilIdent(c.Info, last):
			alone = alone && endless && (!inLoop(rc) || !c.exhausted(rc))
		default:
			if _, isCall := last.(*ast.CallExpr); isCall && !c.guarded(rc) {
				alone = alone && makesError(code.Callee(c.Info, last.(*ast.CallExpr)))
			} else if !isCall && !c.guarded(rc) {
				alone = alone && endless && len(ret.Results) == 1 // the error that ends the loop, mostly
			}
		}
	}
	return alone && served
}

// untilEnd tells whether a loop goes on until it is left, or its context has ended.
func (c *check) untilEnd(f *ast.ForStmt) bool {
	return f.Cond == nil || c.LooksAtCtx(f.Cond)
}

// isGlobal tells whether a variable is a package's: an error that is one is not nil.
func isGlobal(v *types.Var) bool { return v != nil && !v.IsField() && !code.IsLocal(v) }

// makesError tells whether a function makes an error, by the name of its package: errors and those in its
// place, fmt, status of gRPC.
func makesError(fn *types.Func) bool {
	if fn == nil || fn.Pkg() == nil {
		return false
	}
	switch fn.Pkg().Name() {
	case "fmt", "errors", "status", "xerrors", "errorx", "trace":
		return true
	}
	return false
}

// onlyFails tells whether the other clauses of a select give back what they have
// received, an error: there nil is nothing else than being told to stop.
func (c *check) onlyFails(cur inspector.Cursor) bool {
	if _, ok := cur.Node().(*ast.CommClause); !ok {
		return false
	}
	others := 0
	for _, s := range cur.Parent().Node().(*ast.BlockStmt).List {
		clause, ok := s.(*ast.CommClause)
		if !ok || clause == cur.Node() {
			continue
		}
		as, ok := clause.Comm.(*ast.AssignStmt)
		if !ok || !endsIn[*ast.ReturnStmt](clause.Body) {
			return false
		}
		ret := clause.Body[len(clause.Body)-1].(*ast.ReturnStmt)
		v := code.Var(c.Info, as.Lhs[0])
		if v == nil || !code.IsError(v.Type()) || len(ret.Results) == 0 || isNilIdent(c.Info, ret.Results[len(ret.Results)-1]) {
			return false
		}
		others++
	}
	return others > 0
}

// exhausted tells whether a place in a loop is reached when there is no more to be done: in a branch that asks whether something was left, by the second result of
// a receive or a call, a length, a count or an error. A switch that the function was given, or something that it was told, does not say so.
func (c *check) exhausted(cur inspector.Cursor) bool {
	for at := range cur.Enclosing((*ast.IfStmt)(nil), (*ast.ForStmt)(nil), (*ast.RangeStmt)(nil), (*ast.FuncLit)(nil)) {
		n, ok := at.Node().(*ast.IfStmt)
		if !ok {
			return false
		}
		if code.Has(n.Cond, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BinaryExpr:
				return n.Op != token.LAND && n.Op != token.LOR && !c.givenFlag(n.X) && !c.givenFlag(n.Y)
			case *ast.CallExpr:
				return true
			case *ast.Ident:
				v := code.Var(c.Info, n)
				return code.IsLocal(v) && v.Kind() == types.LocalVar
			}
			return false
		}) {
			return true
		}
	}
	return false
}

// givenFlag tells whether an expression is a boolean that the function was given, or that an object keeps.
func (c *check) givenFlag(e ast.Expr) bool {
	v := code.Var(c.Info, e)
	b, ok := under(c.Info.TypeOf(e)).(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0 && v != nil && (v.IsField() || v.Kind() == types.ParamVar)
}

func inLoop(cur inspector.Cursor) bool { _, ok := code.LoopAround(cur); return ok }

// onEnd tells whether a place is in a branch that is taken because a context has ended, or the object has been
// told to, by a channel that it keeps for that.
func (c *check) onEnd(cur inspector.Cursor) bool {
	for at := range cur.Enclosing((*ast.CommClause)(nil), (*ast.IfStmt)(nil), (*ast.FuncLit)(nil)) {
		switch n := at.Node().(type) {
		case *ast.CommClause:
			if _, is := c.DoneClause(n); is {
				return true
			}
			if es, ok := n.Comm.(*ast.ExprStmt); ok {
				if u, ok := ast.Unparen(es.X).(*ast.UnaryExpr); ok && c.saysOver(u.X) {
					_, isCall := ast.Unparen(u.X).(*ast.CallExpr)
					if v := code.Var(c.Info, u.X); isCall || v != nil && v.IsField() {
						return true
					}
				}
			}
		case *ast.IfStmt:
			if c.endedCond(n) != nil || c.LooksAtCtx(n.Cond) {
				return true
			}
		default:
			return false
		}
	}
	return false
}

// guarded tells whether a place is in the body of an if, so that what it returns is not nil.
func (c *check) guarded(cur inspector.Cursor) bool {
	for at := range cur.Enclosing((*ast.IfStmt)(nil), (*ast.FuncLit)(nil)) {
		n, ok := at.Node().(*ast.IfStmt)
		return ok && isNil(n.Cond, token.NEQ)
	}
	return false
}

var serving = regexp.MustCompile(`^(?i)(run|serve|loop|watch|listen|monitor|work|poll|.*loop)$`)

// serves tells whether a place is in a loop without end of a method, or of a function of that name alone, that says by it that it goes on until it is stopped.
func (c *check) serves(cur, fn inspector.Cursor) bool {
	decl, ok := fn.Node().(*ast.FuncDecl)
	if !ok || !serving.MatchString(decl.Name.Name) {
		return false
	}
	if strings.EqualFold(decl.Name.Name, "serve") {
		return true
	}
	if decl.Recv == nil {
		return false
	}
	for l := range cur.Enclosing((*ast.ForStmt)(nil)) {
		if f := l.Node().(*ast.ForStmt); f.Cond == nil && code.Within(f, decl.Body) {
			return true
		}
	}
	return false
}

// starts tells whether a function is a method Start that is given a context alone and gives an error alone, as the managers of Kubernetes'
// controllers have them: it is to go on until the context ends, and nil says that.
func (c *check) starts(fn inspector.Cursor) bool {
	decl, ok := fn.Node().(*ast.FuncDecl)
	if !ok || decl.Recv == nil || decl.Name.Name != "Start" {
		return false
	}
	sig := c.Info.Defs[decl.Name].(*types.Func).Signature()
	return sig.Params().Len() == 1 && code.IsContext(sig.Params().At(0).Type()) && sig.Results().Len() == 1 && code.IsError(sig.Results().At(0).Type())
}

var (
	saysNil    = regexp.MustCompile(`\breturns? (a )?nil\b|\bso far\b`)
	ofContexts = regexp.MustCompile(`(?i)\b(ctx|context|cancel(l?ed|lation|s)?)\b`)
	saysOther  = regexp.MustCompile(`(?i)\berr|\bnot\b|n't\b|\bnever\b`)
	sentences  = regexp.MustCompile(`[.;:]( |$)`)
)

// promised tells whether the function's documentation, which begins with its name, says that it returns nil when its context has ended: a sentence
// with both, and no error and no denial in it.
func (c *check) promised(cur inspector.Cursor) bool {
	decl, _ := code.DeclAround(cur)
	if decl == nil {
		return false
	}
	text := strings.Join(strings.Fields(decl.Doc.Text()), " ")
	return strings.HasPrefix(text, decl.Name.Name+" ") && slices.ContainsFunc(sentences.Split(text, -1), func(sentence string) bool {
		sentence = strings.ReplaceAll(sentence, "nil error", "nil")
		return saysNil.MatchString(sentence) && ofContexts.MatchString(sentence) && !saysOther.MatchString(sentence)
	})
}
