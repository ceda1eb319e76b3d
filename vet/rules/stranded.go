// A send that nobody may receive: its goroutine is left waiting for ever.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// Stranded finds goroutines that are left blocked in a send.
var Stranded = register(&Rule{
	Name:  "stranded",
	Title: "a send that nobody may receive",
	Why: "Who sends to a channel without room waits for a receiver. If the receiver may leave first (an early return, a timeout, " +
		"the first of several answers, workers that end at their first error), the sender waits for ever, with all that it holds. " +
		"A buffer with room for all that is sent, a `select` with the `Done` of a context that is cancelled when the receiver leaves, or a group that " +
		"joins both keep it from that.",
	Wrong: `
func ask(ctx context.Context, query func() string) (string, error) {
	answer := make(chan string)
	go func() { answer <- query() }()
	select {
	case a := <-answer:
		return a, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
`,
	Right: `
func ask(ctx context.Context, query func() string) (string, error) {
	answer := make(chan string, 1)
	go func() { answer <- query() }()
	select {
	case a := <-answer:
		return a, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
`,
	Exempt: "Channels that are handed to code out of sight, returned or kept in a field; channels whose capacity is no constant; " +
		"sends in a `select` with another way out (of the `Done` of a context only if that context ends with the receivers); " +
		"a receiver that drains the channel, also in `defer` or in a goroutine of its own; " +
		"a receiver that leaves because of what the same goroutine has said on another channel.",
	Shapes: []Shape{
		{Name: "early", Severity: Error, What: "the receiver may return before it has received all that is sent"},
		{Name: "first", Severity: Error, What: "more is sent than is received: the first answer is taken, the others wait"},
		{Name: "workers", Severity: Error, What: "all workers may return, at an error or when their context ends, while a producer still sends"},
		{Name: "wait", Severity: Error, What: "the receiver first waits for the sender to end, which cannot before it has been received from"},
		{Name: "never", Severity: Error, What: "there is no receiver at all"},
	},
}, func(c *check) {
	s := &strand{check: c, seen: map[token.Pos]bool{}}
	for id, obj := range c.Info.Defs {
		v, ok := obj.(*types.Var)
		if !ok || !code.IsLocal(v) || v.Kind() != types.LocalVar || id.Name == "_" {
			continue
		}
		if _, ok := v.Type().Underlying().(*types.Chan); !ok {
			continue
		}
		if room := c.Capacity(v); room >= 0 && !c.exempt(v.Pos()) {
			s.channel(v, room)
		}
	}
})

type strand struct {
	*check
	seen map[token.Pos]bool
}

func (s *strand) tell(op code.Op, shape, message string) {
	if !s.seen[op.Cur.Node().Pos()] {
		s.seen[op.Cur.Node().Pos()] = true
		s.report(op.Cur.Node(), shape, message)
	}
}

func (s *strand) line(n ast.Node) int { return s.Fset.Position(n.Pos()).Line }

func (s *strand) channel(v *types.Var, room int64) {
	ops, in, all := s.ChanOps(v)
	if !all {
		return
	}
	var sends, recvs []code.Op
	async, deferred := 0, false
	for _, op := range ops {
		switch op.Kind {
		case code.Send:
			sends = append(sends, op)
		case code.Recv, code.RangeOver:
			recvs = append(recvs, op)
			if op.Async {
				async++
			}
			deferred = deferred || op.Deferred
		}
	}
	if len(sends) == 0 {
		return
	}
	if len(recvs) == 0 {
		if room == 0 {
			for _, op := range sends {
				if way, _ := s.Ways(op.Select, op.Clause); way == code.NoWayout {
					s.tell(op, "never", fmt.Sprintf("nobody receives from %s: this send blocks for ever", v.Name()))
				}
			}
		}
		return
	}
	f := &strandFlow{strand: s, v: v, in: in, room: room, sends: sends, recvs: recvs, flow: code.FlowOf(s.cfgs, in.Node())}
	switch {
	case async == 0 && !deferred:
		f.outside()
	case async == len(recvs) && !deferred:
		f.workers()
	}
}

// strandFlow is one channel in the function that makes it.
type strandFlow struct {
	*strand
	v            *types.Var
	in           inspector.Cursor
	room         int64
	sends, recvs []code.Op
	flow         *code.Flow
}

// receives tells whether a step receives from the channel.
func (f *strandFlow) receives(step ast.Node) bool {
	for _, op := range f.recvs {
		n := op.At.Node()
		if r, ok := n.(*ast.RangeStmt); ok {
			n = r.X
		}
		if code.Within(n, step) {
			return true
		}
	}
	return false
}

// outside: goroutines send, and the function that starts them receives.
func (f *strandFlow) outside() {
	var senders []code.Op // that cannot but wait
	starts := map[ast.Node]bool{}
	many := false
	for _, op := range f.sends {
		if way, _ := f.Ways(op.Select, op.Clause); !op.Async || way != code.NoWayout {
			continue
		}
		senders = append(senders, op)
		starts[op.At.Node()] = true
		many = many || op.Many
	}
	if len(senders) == 0 {
		return
	}
	looped, last, first := false, token.NoPos, token.Pos(-1)
	for _, op := range f.recvs {
		looped = looped || op.Many || op.Kind == code.RangeOver
		last = max(last, op.At.Node().Pos())
		if first < 0 || op.At.Node().Pos() < first {
			first = op.At.Node().Pos()
		}
	}
	for _, op := range senders {
		if f.room == 0 {
			if at := f.heldUp(op); at != nil {
				f.tell(op, "wait", fmt.Sprintf("deadlock: line %d waits for this goroutine to end before anybody receives from %s", f.line(at), f.v.Name()))
				continue
			}
		}
		if !looped && f.excess(op, len(starts)) {
			f.tell(op, "first", fmt.Sprintf("%s is received from fewer times than it is sent to: what is not received leaves its goroutine blocked for ever; give it room for all", f.v.Name()))
			continue
		}
		if f.room > 0 && !f.ranged(op) {
			continue
		}
		if at := f.leftBefore(op, last); at != nil && f.room == 0 {
			f.tell(op, "early", fmt.Sprintf("the receiver may leave at line %d before it receives from %s: this send would block for ever; give the channel room, or join the goroutine", f.line(at), f.v.Name()))
			continue
		}
		if at := f.leftBetween(op, many || len(starts) > 1); at != nil {
			f.tell(op, "early", fmt.Sprintf("the receiver may leave at line %d while more is sent to %s: the rest would block for ever; give the channel room, or cancel and join the senders", f.line(at), f.v.Name()))
		}
	}
}

// heldUp gives the Wait for the sender's own goroutine that comes before all receives, if there is one.
func (f *strandFlow) heldUp(op code.Op) (at ast.Node) {
	groups := map[*types.Var]bool{}
	for c := range op.Cur.Enclosing((*ast.FuncLit)(nil)) {
		lit := c.Node().(*ast.FuncLit)
		if t := f.Task[lit]; t != nil && t.Owner != nil {
			groups[code.Var(f.Info, t.Owner)] = true
		}
		code.Shallow(lit, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && code.IsCall(f.Info, call, "sync", "WaitGroup.Done") {
				if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
					groups[code.Var(f.Info, sel.X)] = true
				}
			}
			return true
		})
	}
	delete(groups, nil)
	if len(groups) == 0 {
		return nil
	}
	f.flow.After(op.At.Node(), func(step ast.Node) bool {
		if at != nil || f.receives(step) {
			return false
		}
		if _, ok := step.(*ast.DeferStmt); ok {
			return true
		}
		if code.Has(step, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || code.CalleeName(call) != "Wait" {
				return false
			}
			sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
			return ok && groups[code.Var(f.Info, sel.X)]
		}) {
			at = step
		}
		return true
	})
	return at
}

// excess tells whether there are more sends than receives and room, where no receive is in a loop.
func (f *strandFlow) excess(op code.Op, starts int) bool {
	receives := int64(len(f.recvs)) + f.room
	if op.Many {
		n, ok := f.rounds(op)
		return !ok && f.room == 0 || ok && n > receives
	}
	return int64(starts) > receives
}

// ranged tells whether a sender is started for each element of something.
func (f *strandFlow) ranged(op code.Op) bool {
	loop, ok := code.LoopAround(op.At)
	if !ok {
		return false
	}
	n, ok := loop.Node().(*ast.RangeStmt)
	if !ok {
		return false
	}
	_, bound := f.rounds(op)
	return !bound && !types.IsInterface(f.Info.TypeOf(n.X))
}

// rounds gives how often the loop that starts the sender goes round, if that is a constant.
func (f *strandFlow) rounds(op code.Op) (int64, bool) {
	loop, ok := code.LoopAround(op.At)
	if !ok {
		return 0, false
	}
	switch n := loop.Node().(type) {
	case *ast.RangeStmt:
		if t, ok := f.Info.TypeOf(n.X).Underlying().(*types.Array); ok {
			return t.Len(), true
		}
		return code.IntValue(f.Info, n.X)
	case *ast.ForStmt:
		if cond, ok := n.Cond.(*ast.BinaryExpr); ok && cond.Op == token.LSS {
			return code.IntValue(f.Info, cond.Y)
		}
	}
	return 0, false
}

// leftBefore gives a way out of the function that comes after the sender's start and before any receive.
func (f *strandFlow) leftBefore(op code.Op, last token.Pos) (at ast.Node) {
	f.flow.After(op.At.Node(), func(step ast.Node) bool {
		if at != nil || f.receives(step) || f.inSelect(step) {
			return false
		}
		if _, ok := step.(*ast.ReturnStmt); ok && step.Pos() < last {
			at = step
		}
		return true
	})
	if at != nil {
		return at
	}
	for _, recv := range f.recvs {
		if recv.Select == nil || recv.Async || recv.At != recv.Cur || recv.Select.Pos() < op.At.Node().Pos() {
			continue
		}
		for _, s := range recv.Select.Body.List {
			clause := s.(*ast.CommClause)
			if clause == recv.Clause || f.receives(clause) && f.isReceive(clause) || f.saidBySender(clause, op) {
				continue
			}
			f.flow.Clause(clause, func(step ast.Node) bool {
				if at != nil || f.receives(step) {
					return false
				}
				if _, ok := step.(*ast.ReturnStmt); ok {
					at = clause
				}
				return true
			})
			if at != nil {
				return at
			}
		}
	}
	return nil
}

// inSelect tells whether a step is in a select that might have received.
func (f *strandFlow) inSelect(step ast.Node) bool {
	for _, recv := range f.recvs {
		if recv.Select != nil && code.Within(step, recv.Select) {
			return true
		}
	}
	return false
}

func (f *strandFlow) isReceive(clause *ast.CommClause) bool {
	return clause.Comm != nil && f.receives(clause.Comm)
}

// saidBySender tells whether a clause is taken because of what the sender's own
// goroutine does with another channel: then it has sent that instead.
func (f *strandFlow) saidBySender(clause *ast.CommClause, op code.Op) bool {
	if clause.Comm == nil {
		return false
	}
	var other *types.Var
	ast.Inspect(clause.Comm, func(n ast.Node) bool {
		if u, ok := n.(*ast.UnaryExpr); ok && u.Op == token.ARROW {
			other = code.Var(f.Info, u.X)
		}
		return other == nil
	})
	if other == nil {
		return false
	}
	for _, use := range f.Uses[other] {
		if code.Within(use.Node(), op.Home) {
			return true
		}
	}
	ops, _, _ := f.ChanOps(other)
	for _, o := range ops {
		if o.Kind != code.Recv && o.At.Node() == op.At.Node() {
			return true
		}
	}
	return false
}

// leftBetween gives a way out between two of several receives.
func (f *strandFlow) leftBetween(op code.Op, many bool) ast.Node {
	if !many && !op.Loop {
		return nil
	}
	end := token.NoPos
	for _, recv := range f.recvs {
		end = max(end, recv.At.Node().Pos())
	}
	for _, recv := range f.recvs {
		if recv.At != recv.Cur {
			continue
		}
		loop, ok := code.LoopOf(recv)
		if ok {
			counted := recv.Kind == code.RangeOver
			switch n := loop.Node().(type) {
			case *ast.ForStmt:
				counted = counted || n.Cond != nil
			case *ast.RangeStmt:
				counted = true
			}
			if code.Within(op.At.Node(), loop.Node()) { // a round sends and receives
				continue
			}
			for _, l := range f.Leaves(recv) {
				switch l.Reason {
				case code.OnClosed, code.OnOther:
					continue
				case code.OnCondition:
					if !counted {
						continue
					}
				case code.OnContext:
					if recv.Select == nil && !counted {
						continue
					}
				}
				if !l.Return && end > loop.Node().End() { // it may be drained there
					continue
				}
				return l.Cur.Node()
			}
			continue
		}
		if op.Many || op.Loop {
			continue
		}
		var at ast.Node
		f.flow.After(recv.At.Node(), func(step ast.Node) bool {
			if at != nil || f.receives(step) {
				return false
			}
			if _, ok := step.(*ast.ReturnStmt); ok && step.Pos() < end {
				at = step
			}
			return true
		})
		if at != nil {
			return at
		}
	}
	return nil
}

// workers: goroutines receive in loops, and may all leave while somebody sends.
func (f *strandFlow) workers() {
	onError, onCtx := true, true
	var at ast.Node
	for _, op := range f.recvs {
		if _, ok := code.LoopOf(op); !ok {
			return
		}
		failed, ended := false, false
		for _, l := range f.Leaves(op) {
			switch l.Reason {
			case code.OnError:
				failed, at = true, l.Cur.Node()
			case code.OnContext:
				ended = true
				if at == nil {
					at = l.Cur.Node()
				}
			case code.OnOther:
				return // somebody tells the workers to end, and may tell the producer
			}
		}
		onError = onError && failed
		onCtx = onCtx && (failed || ended)
	}
	if !onError && !onCtx {
		return
	}
	for _, op := range f.sends {
		if !op.Many && !op.Loop {
			continue
		}
		way, ctxs := f.Ways(op.Select, op.Clause)
		switch {
		case way == code.NoWayout:
			f.tell(op, "workers", fmt.Sprintf("all who receive from %s may have ended (line %d): then this send blocks for ever; select on a context that ends with them", f.v.Name(), f.line(at)))
		case way == code.ByContext && onError && f.foreign(ctxs):
			f.tell(op, "workers", fmt.Sprintf("all who receive from %s may have ended at an error (line %d), and nothing cancels this context then: the send blocks until it ends by itself; use the context of a group that the workers are tasks of", f.v.Name(), f.line(at)))
		}
	}
}

// foreign tells whether none of the contexts is made in a function around the channel: they are parameters,
// which the end of the workers does not cancel.
func (f *strandFlow) foreign(ctxs []*types.Var) bool {
	for _, ctx := range ctxs {
		if ctx == nil || !code.IsLocal(ctx) || ctx.Kind() != types.ParamVar {
			return false
		}
		in, ok := f.DeclaredIn(ctx)
		if !ok {
			return false
		}
		if lit, ok := in.Node().(*ast.FuncLit); ok && f.Task[lit] != nil { // a task's own
			return false
		}
		if len(f.Origins(ctx)) > 0 {
			return false
		}
	}
	return len(ctxs) > 0
}
