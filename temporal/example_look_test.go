package temporal_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// This file shows how a workflow is looked at.

// lookedAt runs a workflow on paper and calls fn when it is a minute old.
func lookedAt(id string, fn func(ctx context.Context, c *paper)) {
	c := onPaper()
	env := environment(func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() { fn(context.Background(), c) }, time.Minute)
	})
	c.queries(id, env)
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error { return temporal.Sleep(ctx, time.Hour) }, temporal.Name("approval"))
			g.Go(func(ctx workflow.Context) error { return temporal.Sleep(ctx, time.Hour) }, temporal.Name("payment"))
			return nil
		}, temporal.Name("order"))
	})
}

func ExampleLook() {
	lookedAt("orders-17", func(ctx context.Context, c *paper) {
		tree, err := temporal.Look(ctx, c, "orders-17")
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, n := range tree.Nodes {
			fmt.Println(n.Type, n.Path, n.State)
		}
	})
	// Output:
	// group order joining
	// task order/approval running
	// task order/payment running
}

func ExampleHandler() {
	lookedAt("orders-17", func(ctx context.Context, c *paper) {
		h := temporal.Handler(c, "orders-17") // for http.ListenAndServe
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/tree.txt", nil))
		for line := range strings.Lines(w.Body.String()) {
			if name, _, ok := strings.Cut(line, " · "); ok {
				fmt.Println(name)
			}
		}
	})
	// Output:
	// order
	// ├─ approval
	// └─ payment
}
