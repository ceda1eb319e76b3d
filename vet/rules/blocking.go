// Waits for channels and groups of goroutines that the context in reach cannot
// end. This file has the rule, and sends and receives; blocking_end.go has what is known of the other end,
// blocking_select.go and blocking_join.go the other waits.

package rules

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Blocking finds waits that ignore the context in reach.
var Blocking = register(&Rule{
	Name:  "blocking",
	Title: "a wait ignores the context",
	Why: "A send or receive waits for somebody else. If that has gone, as it does when the context has ended, nothing wakes the waiter: a task that " +
		"hangs so holds up the join of its group for ever. Wait in a `select` that has `<-ctx.Done()` too.",
	Wrong: `
func feed(ctx context.Context, out chan<- int, next func(context.Context) (int, error)) error {
	g, ctx := errgroup.WithContext(ctx)
	for range 4 {
		g.Go(func() error {
			v, err := next(ctx)
			if err != nil {
				return err
			}
			out <- v
			return nil
		})
	}
	return g.Wait()
}
`,
	Right: `
func feed(ctx context.Context, out chan<- int, next func(context.Context) (int, error)) error {
	g, ctx := errgroup.WithContext(ctx)
	for range 4 {
		g.Go(func() error {
			v, err := next(ctx)
			if err != nil {
				return err
			}
			select {
			case out <- v:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
	}
	return g.Wait()
}
`,
	Exempt: "Channels made in the function itself, whose other end is in sight (the rule stranded looks at those); channels that say that something is over (named so, or of `struct{}` and not sent to); " +
		"a select with such a channel or a `default`, or with a clause that leaves the loop; a pause of at most 100 ms, or that somebody cuts short who knows that it is over; a loop over a channel that looks at the context in each round, or whose sender, in sight, ends with the context and closes it; `main` and `init`; what is deferred or a cleanup; the join of a function's own goroutines, if those know the context, or of an object that it has made with it; a send that says that something is ready; a condition that some function wakes when a context has ended; a context of the function's own.",
	Shapes: []Shape{
		{Name: "send", Severity: Warning, What: "a bare send to a channel that is a parameter, by a task of a group, or where the function selects on that channel and Done elsewhere"},
		{Name: "receive", Severity: Warning, What: "a bare receive from such a channel"},
		{Name: "looked", Severity: Warning, What: "a bare send in a loop that asks in each round whether the context has ended; a Cond.Wait behind such a question that its loop does not ask; a loop that asks, over a channel of the object's own that nothing closes"},
		{Name: "elsewhere", Severity: Warning, Off: true, What: "a send or receive, in a select or not, of a channel in a field, where another function waits for the same beside the end of its context"},
		{Name: "flock", Severity: Warning, What: "the lock on a file, which another process may have"},
		{Name: "unseen", Severity: Note, Off: true, What: "other sends to a channel that is a parameter, and receives from it, whose other end may well stay"},
		{Name: "range", Severity: Warning, What: "a task of a group that ranges over a channel which is a parameter, or is to be received from in a field of one, or asks whether it is closed"},
		{Name: "closed", Severity: Note, Off: true, What: "the same outside of tasks, where whoever sends may well close it; and a loop over a channel that another object gives"},
		{Name: "pause", Severity: Warning, What: "a select in a loop for a timer or what comes earlier, after each of which the loop goes on"},
		{Name: "select", Severity: Note, Off: true, What: "a select without Done and without default"},
		{Name: "wait", Severity: Note, Off: true, What: "WaitGroup.Wait for goroutines that the function has not started, or that do not know the context"},
		{Name: "cond", Severity: Note, Off: true, What: "Cond.Wait that the end of the context does not wake"},
		{Name: "field", Severity: Note, Off: true, What: "the same for channels in fields and variables of the package, and for those of `struct{}` among them that are not named as if something were over; not for a channel whose object receives until it is closed, or closes it for who receives"},
		{Name: "quit", Severity: Note, Off: true, What: "a select in a task that ends with a channel which says that something is over, and not with the task's context"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.SendStmt)(nil), (*ast.UnaryExpr)(nil), (*ast.RangeStmt)(nil), (*ast.SelectStmt)(nil), (*ast.CallExpr)(nil)) {
		switch n := cur.Node().(type) {
		case *ast.SendStmt:
			if !inComm(cur) {
				c.wait(cur, n, n.Chan, "send", "this send")
			}
		case *ast.UnaryExpr:
			if n.Op == token.ARROW && !inComm(cur) && c.DoneOf(n) == nil {
				c.wait(cur, n, n.X, "receive", "this receive")
			}
		case *ast.RangeStmt:
			if _, ok := under(c.Info.TypeOf(n.X)).(*types.Chan); ok {
				c.ranges(cur, n)
			}
		case *ast.SelectStmt:
			c.selects(cur, n)
		case *ast.CallExpr:
			switch fn := code.Callee(c.Info, n); {
			case code.Is(fn, "sync", "WaitGroup.Wait"):
				c.waitGroup(cur, n)
			case code.Is(fn, "sync", "Cond.Wait"):
				c.cond(cur, n)
			default:
				c.flock(cur, n)
			}
		}
	}
}, Stranded.Analyzer)

// ranges looks at a loop over a channel. What is given by a method of something that was made without the context is closed when that likes, and to look at the
// context in each round helps as long as rounds come.
func (c *check) ranges(cur inspector.Cursor, n *ast.RangeStmt) {
	call, ok := unparen[*ast.CallExpr](n.X)
	if !ok {
		if c.LooksAtCtx(n.Body) {
			c.lookedOver(cur, n)
		} else {
			c.wait(cur, n.X, n.X, "range", "this loop over a channel")
		}
		return
	}
	sel, ok := unparen[*ast.SelectorExpr](call.Fun)
	if !ok || len(call.Args) > 0 || c.DoneOf(call) != nil || c.saysOver(call) || isTimer(c.Info, call) {
		return
	}
	v := code.Var(c.Info, sel.X)
	r := c.reach(cur)
	if v == nil || r == nil || r.Request || !c.Given(r.Ctx) || v.Kind() != types.ParamVar && !v.IsField() {
		return
	}
	c.report(n.X, "closed", "this loop over the channel of "+v.Name()+" ignores "+r.Name()+" while nothing comes: select on its Done beside it")
}

func under(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return t.Underlying()
}

var over = regexp.MustCompile(`(?i)done|stop|quit|clos|exit|finish|term|shutdown|cancel|sig|abort|end|dying|dead|interrupt|fail|err`)

// begins matches names of channels that say that something has begun: who is told waits for just that.
var begins = regexp.MustCompile(`(?i)ready|started`)

var stopping = regexp.MustCompile(`(?i)cancel|stop|close|kill|interrupt|shutdown`)

// saysOver tells whether a channel says that something is over.
func (c *check) saysOver(ch ast.Expr) bool {
	if t, ok := under(c.Info.TypeOf(ch)).(*types.Chan); ok {
		if s, ok := under(t.Elem()).(*types.Struct); ok && s.NumFields() == 0 {
			return true
		}
	}
	return over.MatchString(nameOf(ch))
}

// nameOf gives the last part of the name of a channel, or of the function that gives it.
func nameOf(ch ast.Expr) string {
	switch e := ast.Unparen(ch).(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.CallExpr:
		return code.CalleeName(e)
	}
	return ""
}

func (c *check) wait(cur inspector.Cursor, at ast.Node, ch ast.Expr, shape, what string) {
	if c.exempt(at.Pos()) {
		return
	}
	if c.saysOver(ch) || shape == "send" && begins.MatchString(nameOf(ch)) {
		v := code.Var(c.Info, ch)
		if v == nil || over.MatchString(v.Name()) || begins.MatchString(v.Name()) && shape == "send" || shape != "send" && (!v.IsField() || !c.on("field")) {
			return
		}
	}
	if _, what := c.timerOf(ch); what != "" || isTimer(c.Info, ch) {
		return
	}
	v := code.Var(c.Info, ch)
	if v == nil {
		return
	}
	r := c.reach(cur)
	if r == nil || r.Request || !c.Given(r.Ctx) {
		return
	}
	isSend := shape == "send"
	asked := isSend && c.asksInRound(cur)
	if t := c.TaskAround(cur); t == nil || t.Kind == code.Bare || t.Kind == code.WaitGroup {
		switch {
		case shape == "range" || shape == "receive" && c.untilIsClosed(cur):
			shape = "closed" // whoever sends closes it
		case !c.mayBeLeft(cur, v):
			shape = "unseen"
		}
	}
	switch {
	case shape == "range" && c.ofGiven(ch):
	case !code.IsLocal(v):
		shape = "field"
		if f := c.FieldChan(v); f != nil && (isSend && f.Drained(c.Index) || !isSend && len(f.Closes) > 0) {
			return // its object sees to the other end
		}
		if f := c.FieldChan(v); asked && f != nil && f.Unbuffered {
			shape = "looked"
		} else if c.on("elsewhere") && (isSend || shape == "receive") && c.heededElsewhere(cur, v, isSend) {
			shape = "elsewhere"
		}
	case code.IsParam(c.Info, v):
		if c.roomy(v) || (shape == "range" || shape == "closed") && c.endsWithSender(v) || isSend && c.drained(v) {
			return
		}
		if asked {
			shape = "looked"
		}
	case asked && c.fromElsewhere(v):
		shape = "looked"
	default:
		return
	}
	c.report(at, shape, what+" on "+v.Name()+" ignores "+r.Name()+": select on its Done beside it")
}

func isTimer(info *types.Info, ch ast.Expr) bool {
	t, ok := under(info.TypeOf(ch)).(*types.Chan)
	return ok && code.IsNamed(t.Elem(), "time", "Time")
}
