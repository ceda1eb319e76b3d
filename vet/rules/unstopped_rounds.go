// Timers that each round of a loop makes. Part of the rule unstopped.

package rules

import (
	"go/ast"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// timerEachRound looks at a timer in a loop of which only the channel is kept, or waited for among others.
func (c *check) timerEachRound(timer, fn inspector.Cursor) {
	if _, looped := code.LoopAround(timer); !looped || !c.returnsAfter(fn, timer.Node()) {
		return
	}
	channel := timer.Parent()
	if u, ok := channel.Parent().Node().(*ast.UnaryExpr); ok && !c.inSelect(u, fn.Node()) {
		return // it has fired then
	}
	shape := "timer"
	if c.collected(timer) {
		shape = "collected"
	}
	c.report(timer.Node(), shape, "nothing can stop this timer, and each round makes another: keep one, give it another time by Reset, and defer its Stop")
}
