// The error of a group, thrown away: the one place where the failures of all its
// tasks come out.

package rules

import (
	"go/ast"

	"golang.org/x/tools/go/ast/edge"

	"github.com/braid-go/braid/vet/internal/code"
)

// Dropped finds group errors that nobody looks at.
var Dropped = register(&Rule{
	Name:  "dropped",
	Title: "the error of a group is dropped",
	Why: "A group's join is where the failures of all its tasks come out; nobody else hears of them. " +
		"A call of `Wait` in a statement of its own, in `defer` or in `go`, or assigned to `_`, throws them all away.",
	Wrong: `
func fetchAll(urls []string) {
	var g errgroup.Group
	for _, url := range urls {
		g.Go(func() error { return fetch(url) })
	}
	g.Wait()
}

func fetch(url string) error { return errors.New(url) }
`,
	Right: `
func fetchAll(urls []string) error {
	var g errgroup.Group
	for _, url := range urls {
		g.Go(func() error { return fetch(url) })
	}
	return g.Wait()
}

func fetch(url string) error { return errors.New(url) }
`,
	Exempt: "A group whose tasks all return nil wherever they are started.",
	Shapes: []Shape{
		{Name: "statement", Severity: Error, What: "the join stands alone, or its error is assigned to _"},
		{Name: "deferred", Severity: Error, What: "the join is deferred, so its error goes nowhere"},
		{Name: "goroutine", Severity: Error, What: "the join is the call of a go statement"},
	},
}, func(c *check) {
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		if !code.IsCall(c.Info, call, code.Errgroup, "Group.Wait") {
			continue
		}
		switch kind, _ := cur.ParentEdge(); kind {
		case edge.ExprStmt_X:
			c.report(call, "statement", "the group's error is dropped: the failures of all its tasks come out of this call alone")
		case edge.DeferStmt_Call:
			c.report(call, "deferred", "a deferred Wait drops the group's error: assign it to a named result in a deferred function")
		case edge.GoStmt_Call:
			c.report(call, "goroutine", "Wait in a goroutine drops the group's error")
		}
	}
})
