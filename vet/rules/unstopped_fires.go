// Timers of time.AfterFunc that fire when their function has returned. Part of the rule unstopped.

package rules

import (
	"go/ast"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// firesLate looks for timers of a function's own that are set anew and never stopped.
func (c *check) firesLate(cur inspector.Cursor) {
	as, ok := cur.Parent().Node().(*ast.AssignStmt)
	if kind, _ := cur.ParentEdge(); kind == edge.ExprStmt_X || ok && isBlank(as.Lhs[0]) {
		c.abortsLater(cur)
		return
	}
	if !ok || len(as.Lhs) != 1 || c.inMain(cur) {
		return
	}
	fn, ok := code.FuncAround(cur)
	v := code.Var(c.Info, as.Lhs[0])
	if !ok || !code.IsLocal(v) {
		return
	}
	if in, _ := c.DeclaredIn(v); in != fn || !c.returnsAfter(fn, cur.Node()) {
		return
	}
	resets := 0
	var stops []inspector.Cursor
	for _, use := range c.Uses[v] {
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		if in, _ := code.FuncAround(use); !ok || in != fn || c.UseOf(use) != code.Method || code.Deferred(use) {
			return
		}
		if sel.Sel.Name == "Stop" {
			stops = append(stops, use)
			continue
		}
		if sel.Sel.Name != "Reset" {
			return
		}
		if call, ok := use.Parent().Parent().Node().(*ast.CallExpr); ok {
			if n, known := duration(c.Info, call.Args[0]); known && n <= 0 {
				return // now
			}
		}
		resets++
	}
	switch {
	case len(stops) > 0:
		c.firesOnError(cur, fn, v, stops)
	case resets > 0:
		c.report(cur.Node(), "fires", v.Name()+" is never stopped: it fires after this function has returned; defer its Stop here")
	}
}

// firesOnError looks for a return with an error that is reached without a Stop, of a timer that does something to what the function was given.
func (c *check) firesOnError(cur, fn inspector.Cursor, v *types.Var, stops []inspector.Cursor) {
	lit, ok := ast.Unparen(cur.Node().(*ast.CallExpr).Args[1]).(*ast.FuncLit)
	if !ok {
		return
	}
	hit := c.disturbed(lit)
	flow := code.FlowOf(c.cfgs, fn.Node())
	if len(hit) == 0 || flow == nil {
		return
	}
	told := false
	flow.After(cur.Node(), func(step ast.Node) bool {
		if told || sets(c, step, v) || code.Has(step, func(n ast.Node) bool {
			for _, use := range stops {
				if code.Within(use.Node(), n) {
					return true
				}
			}
			call, ok := n.(*ast.CallExpr) // what has been at work, and failed, may be at its end
			return ok && !setsGoing.MatchString(code.CalleeName(call)) && slices.ContainsFunc(hit, func(v *types.Var) bool { return c.isAbout(call, v) }) && !c.logs(call)
		}) {
			return false
		}
		if ret, ok := step.(*ast.ReturnStmt); ok && c.failsWith(ret) {
			told = true
		}
		return !told
	})
	if told {
		c.report(cur.Node(), "fires", v.Name()+" is not stopped where this function returns an error: it fires after that; defer its Stop here")
	}
}

// abortsLater reports a timer that nobody keeps, and that aborts what the function was given and works with: it does so to whoever uses that next. What the
// function sets going, waits for or ends may be aborted later, or is at its end then, unless it is only interrupted in what it makes of some input: that may be
// had again.
func (c *check) abortsLater(cur inspector.Cursor) {
	fn, ok := code.FuncAround(cur)
	if !ok || c.inMain(cur) || !c.returnsAfter(fn, cur.Node()) {
		return
	}
	does := cur.Node().(*ast.CallExpr).Args[1]
	object := c.aborted(does)
	interrupts := c.interrupts(does)
	if object == nil {
		return
	}
	if declared, ok := c.DeclaredIn(object); !ok || declared != fn {
		return
	}
	works, other := false, false
	for at := range fn.Preorder((*ast.CallExpr)(nil)) {
		call := at.Node().(*ast.CallExpr)
		if in, _ := code.FuncAround(at); in != fn || !c.isAbout(call, object) || c.logs(call) || at == cur {
			continue
		}
		name := code.CalleeName(call)
		over := atItsEnd.MatchString(name) && !(interrupts && len(call.Args) > 0 && c.asksFor(at, call))
		other = other || over || setsGoing.MatchString(name) || ending.MatchString(name)
		works = works || call.Pos() > cur.Node().End() && c.errorUsed(at)
	}
	if works && !other {
		c.report(cur.Node(), "fires", "nobody can stop this timer: it fires after this function has returned, and hits whoever uses "+object.Name()+" then; keep it and defer its Stop")
	}
}

// interrupts tells whether the function of a timer interrupts something, which does not end that for good.
func (c *check) interrupts(f ast.Expr) (found bool) {
	if sel, ok := ast.Unparen(f).(*ast.SelectorExpr); ok {
		return interrupting.MatchString(sel.Sel.Name)
	}
	return code.Has(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		return ok && interrupting.MatchString(code.CalleeName(call))
	})
}

var interrupting = regexp.MustCompile(`^(?i)interrupt`)

// atItsEnd matches names of what returns when something is at its end.
var atItsEnd = regexp.MustCompile(`(?i)^(wait|run|serve|listen|join|exec|loop|handle|process|drain|complete|finish|logout)`)

// aborted gives the parameter or receiver that the function of a timer aborts, and does no more but to log; nil if it does anything else.
func (c *check) aborted(f ast.Expr) *types.Var {
	var hit []*types.Var
	aborts := true
	switch f := ast.Unparen(f).(type) {
	case *ast.FuncLit:
		hit = c.disturbed(f)
		ast.Inspect(f.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			aborts = aborts && (!ok || c.logs(call) || aborting.MatchString(code.CalleeName(call)) && !code.IsNamed(receiver(c, call), "os", "Process"))
			return aborts
		})
	case *ast.SelectorExpr:
		if s := c.Info.Selections[f]; s != nil && s.Kind() == types.MethodVal {
			hit = append(hit, rootOf(c.Info, f.X))
			aborts = aborting.MatchString(f.Sel.Name) && !code.IsNamed(s.Recv(), "os", "Process")
		}
	}
	if len(hit) != 1 || !aborts || hit[0] == nil || hit[0].Kind() != types.ParamVar && hit[0].Kind() != types.RecvVar {
		return nil
	}
	return hit[0]
}

// aborting matches names of methods that break off what something does.
var aborting = regexp.MustCompile(`^(?i)(abort|kill|terminat|interrupt)`)

// setsGoing matches names of what only sets something going.
var setsGoing = regexp.MustCompile(`(?i)^(new|open|dial|connect|start|begin|init|setup|launch|spawn|prepare)`)

// onceMore matches names of what may be done once more, or later, without doing harm, or says that the time is up.
var onceMore = regexp.MustCompile(`(?i)^(clos|stop|cancel|shutdown|set|reset|done|releas|unlock|signal|broadcast|inc|add|observ|record|stor|notif|emit|send|report|mark|expire|wake)`)

// failsWith tells whether a return gives an error that is not nil as such.
func (c *check) failsWith(ret *ast.ReturnStmt) bool {
	if len(ret.Results) == 0 {
		return false
	}
	last := ret.Results[len(ret.Results)-1]
	return code.IsError(c.Info.TypeOf(last)) && !isNilIdent(c.Info, last)
}

// disturbed gives the parameters and receivers whose methods the function of a timer calls, if it does no more than that and to log: what it sets, sends, closes or
// cancels may say to the function that it has fired. To be closed, stopped or given a deadline once more disturbs nobody.
func (c *check) disturbed(lit *ast.FuncLit) (list []*types.Var) {
	fine := true
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt, *ast.SendStmt, *ast.IncDecStmt, *ast.GoStmt, *ast.IfStmt, *ast.SelectStmt, *ast.FuncLit:
			fine = false
		case *ast.CallExpr:
			sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
			if c.logs(n) {
				return true
			}
			var root *types.Var
			if ok {
				root = rootOf(c.Info, sel.X)
			}
			if root == nil || !code.IsLocal(root) || root.Kind() != types.ParamVar && root.Kind() != types.RecvVar || onceMore.MatchString(code.CalleeName(n)) {
				fine = false
				return false
			}
			list = append(list, root)
		}
		return fine
	})
	if !fine {
		return nil
	}
	return list
}
