// A send that nobody may receive: its goroutine is left waiting for ever. This file has the rule and what it asks of a channel;
// stranded_early.go has receivers that leave, stranded_count.go those that receive too little, stranded_workers.go those that
// are all gone; stranded_pipe.go has writers to pipes, stranded_iterator.go iterators; stranded_last.go and stranded_joined.go have those that leave only when nothing is sent any more.

package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

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
		"joins both keep it from that. Who writes to an `io.Pipe` waits for its reader in the same way, until one of both ends is closed.",
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
		"sends in a `select` with another way out (of the `Done` of a context, where workers or an iterator receive, only if that context ends with the receivers); " +
		"a receiver that leaves when it has counted as many as there are senders; a receiver that drains the channel, also in `defer` or in a goroutine of its own; " +
		"a receiver that leaves because of what the same goroutine has said on another channel, or only at an error that it has received and behind which the one sender sends nothing; one that ends with a context which is cancelled only when the senders have been waited for, or have sent all; `main`, with which the program ends.",
	Shapes: []Shape{
		{Name: "early", Severity: Error, What: "the receiver may return before it has received all that is sent"},
		{Name: "first", Severity: Error, What: "more is sent than is received: the first answer is taken, the others wait"},
		{Name: "workers", Severity: Error, What: "all workers may return, at an error or when their context ends, while a producer still sends"},
		{Name: "iterator", Severity: Warning, What: "an iterator receives, which ends when the loop over it is left, and nothing but a context of its caller ends the sender"},
		{Name: "wait", Severity: Error, What: "the receiver first waits for the sender to end, which cannot before it has been received from"},
		{Name: "dropped", Severity: Error, What: "the channel that a function returns is thrown away, and a goroutine of the function waits to send to it"},
		{Name: "left", Severity: Error, What: "the loop over the channel that a function returns is left, and a goroutine of the function goes on sending to it, with nothing that ends it"},
		{Name: "never", Severity: Error, What: "there is no receiver at all"},
		{Name: "pipe", Severity: Error, What: "a goroutine writes to an io.Pipe, and the function may return before anything is done with its reader, or because the HTTP request that it is the body of cannot be made"},
		{Name: "field", Severity: Note, Off: true, What: "a bare send to a channel in a field, where all who receive from it may have left because a context has ended, something else was received, or an error"},
	},
}, func(c *check) {
	c.droppedChannels()
	c.leftStreams()
	c.leftFields()
	c.leftPipes()
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

// droppedChannels finds calls whose result, a channel that a goroutine waits to send to, nobody keeps.
func (c *check) droppedChannels() {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		switch up := cur.Parent().Node().(type) {
		case *ast.ExprStmt:
		case *ast.AssignStmt:
			if id, ok := up.Lhs[0].(*ast.Ident); !ok || id.Name != "_" || len(up.Lhs) != 1 {
				continue
			}
		default:
			continue
		}
		if c.Answers(code.Callee(c.Info, call)) {
			c.report(call, "dropped", fmt.Sprintf("a goroutine of %s waits to send to the channel that it returns: nobody receives from it here", code.CalleeName(call)))
		}
	}
}

// leftFields finds bare sends to channels without room in fields, of whose receivers none need be there any more.
func (c *check) leftFields() {
	if !c.on("field") {
		return
	}
	for id, obj := range c.Info.Defs {
		v, ok := obj.(*types.Var)
		if !ok || !v.IsField() {
			continue
		}
		if _, ok := v.Type().Underlying().(*types.Chan); !ok || c.saysOver(id) {
			continue
		}
		f := c.FieldChan(v)
		if f == nil || !f.Unbuffered || !f.Left(c.Index) {
			continue
		}
		for _, op := range f.Sends {
			if way, _ := c.Ways(op.Select, op.Clause); way == code.NoWayout {
				c.report(op.Cur.Node(), "field", fmt.Sprintf("all who receive from %s may have left: then this send blocks for ever; select on what ends them too", v.Name()))
			}
		}
	}
}

type strand struct {
	*check
	seen map[token.Pos]bool
}

func (s *strand) tell(op code.Op, shape, message string) {
	if in, _ := code.DeclAround(op.Cur); in != nil && in.Recv == nil && in.Name.Name == "main" && s.Pkg.Name() == "main" && (shape == "early" || shape == "first") {
		return // the program ends with it
	}
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
	async, deferred, closed := 0, false, false
	for _, op := range ops {
		switch op.Kind {
		case code.Close:
			closed = closed || op.Deferred && !op.Async
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
	f := &strandFlow{strand: s, v: v, in: in, room: room, sends: sends, recvs: recvs, closed: closed, flow: code.FlowOf(s.cfgs, in.Node())}
	switch {
	case async == 0 && !deferred:
		f.outside()
		f.brokenOff()
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
	closed       bool // by who receives, as it leaves
	several      bool // functions, or rounds, start senders
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

// harm says what becomes of a send when the receiver has left.
func (f *strandFlow) harm() string {
	if f.closed {
		return "block for ever, or panic, since the receiver closes the channel as it leaves"
	}
	return "block for ever"
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
	f.several = many || len(starts) > 1
	looped, last, first := false, token.NoPos, token.Pos(-1)
	for _, op := range f.recvs {
		looped = looped || op.Many || op.Kind == code.RangeOver
		last = max(last, op.At.Node().Pos())
		if first < 0 || op.At.Node().Pos() < first {
			first = op.At.Node().Pos()
		}
	}
	for _, op := range senders {
		if slices.ContainsFunc(f.recvs, func(recv code.Op) bool { return recv.At.Node() == op.At.Node() }) {
			continue // what starts it is a function that receives too: they are a pair
		}
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
			f.tell(op, "early", fmt.Sprintf("the receiver may leave at line %d before it receives from %s: this send would %s; give the channel room, or join the goroutine", f.line(at), f.v.Name(), f.harm()))
			continue
		}
		if at := f.leftBetween(op); at != nil {
			f.tell(op, "early", fmt.Sprintf("the receiver may leave at line %d while more is sent to %s: the rest would %s; give the channel room, or cancel and join the senders", f.line(at), f.v.Name(), f.harm()))
		}
	}
}
