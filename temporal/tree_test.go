package temporal_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid/inspect"
	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// looked runs fn as a workflow and gives what it tells of its groups after a second.
func looked(t *testing.T, fn func(ctx workflow.Context) error, setup ...func(*testsuite.TestWorkflowEnvironment)) *inspect.Snapshot {
	t.Helper()
	var s *inspect.Snapshot
	err := flow(t, fn, append(setup, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() {
			v, err := env.QueryWorkflow(temporal.TreeQuery)
			if err == nil {
				err = v.Get(&s)
			}
			if err != nil {
				t.Error(err)
			}
		}, time.Second)
	})...)
	if err != nil || s == nil {
		t.Fatal(s, err)
	}
	return s
}

// drawn gives the tree as text, without its first line and where its functions stand.
func drawn(s *inspect.Snapshot) string {
	_, tree, _ := strings.Cut(s.String(), "\n")
	return site.ReplaceAllString(tree, "")
}

var site = regexp.MustCompile(` · \w+\.go:\d+`)

func TestAWorkflowTellsWhereItsFunctionsStandAndWhereItWasCancelled(t *testing.T) {
	s := looked(t, func(ctx wctx) error {
		return temporal.Run(ctx, func(ctx wctx, g *group) error {
			g.Go(func(ctx wctx) error { return temporal.Shield(ctx, time.Minute, doze) }, temporal.Name("stays"))
			_ = temporal.Sleep(ctx, time.Millisecond)
			g.Cancel()
			return nil
		}, temporal.Name("job"))
	})
	if len(s.Nodes) != 2 {
		t.Fatal(s)
	}
	for _, n := range s.Nodes {
		if at, line, _ := strings.Cut(filepath.Base(n.Site), ":"); at != "tree_test.go" || line == "0" || !strings.Contains(n.Func, "temporal_test.TestAWorkflow") {
			t.Errorf("%s: %q %q", n.Name, n.Site, n.Func)
		}
	}
	if c := s.Nodes[0].Cancelled; c == nil || !strings.Contains(c.Site, "tree_test.go:") {
		t.Errorf("%+v", c)
	}
}

func doze(ctx workflow.Context) error { return workflow.Sleep(ctx, 2*time.Second) }

func TestAWorkflowTellsOfItsGroups(t *testing.T) {
	s := looked(t, func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(workflow.Context) error { return nil })
			g.Go(func(ctx workflow.Context) error {
				return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
					g.Go(doze, temporal.Name("deep"))
					return doze(ctx)
				}, temporal.Name("inner"))
			}, temporal.Name("one"))
			g.Go(doze, temporal.Name("two"), temporal.Background)
			g.Go(doze, temporal.Name("three"))
			return nil
		}, temporal.Name("outer"), temporal.Limit(2))
	})
	want := `outer · run · joining · 1s · 2 of 2 slots · 1 succeeded
├─ one · 1s
│  └─ inner · run · 1s
│     ├─ (body) · 1s
│     └─ deep · 1s
├─ two · background · 1s
└─ three · 1s
`
	if got := drawn(s); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if s.Totals.Groups != 2 || s.Totals.Running != 4 || s.Totals.Ended.Succeeded != 1 || s.Version != inspect.Version {
		t.Errorf("%+v", s)
	}
	for i, n := range s.Nodes {
		if i > 0 && n.Up == "" || n.Path == "" {
			t.Errorf("%+v", n)
		}
	}
}

func TestAWorkflowTellsWhatItWaitsForAndWhyItIsCancelled(t *testing.T) {
	s := looked(t, func(ctx workflow.Context) error {
		err := temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error {
				ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
				_, err := temporal.Activity[temporal.None](ctx, "slow")
				return err
			}, temporal.Name("asks"))
			return workflow.Sleep(ctx, 500*time.Millisecond)
		}, temporal.Name("job"))
		return err
	}, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterActivityWithOptions(func(context.Context) error { return nil }, activity.RegisterOptions{Name: "slow"})
		env.OnActivity("slow", "mock.Anything").After(2 * time.Second).Return(nil)
	})
	if got := drawn(s); !strings.Contains(got, "└─ asks · 1s · activity slow\n") || !strings.HasPrefix(got, "job · run · joining · 1s") {
		t.Errorf("got\n%s", got)
	}

	s = looked(t, func(ctx workflow.Context) error {
		err := temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			g.Go(func(ctx workflow.Context) error {
				return temporal.Shield(ctx, time.Minute, doze)
			}, temporal.Name("stays"))
			g.Go(func(ctx workflow.Context) error {
				_ = workflow.Sleep(ctx, 500*time.Millisecond)
				return errOurs
			}, temporal.Name("fails"))
			return nil
		}, temporal.Name("job"))
		if !errors.Is(err, errOurs) {
			return err
		}
		return nil
	})
	if len(s.Nodes) != 2 || s.Nodes[0].Cancelled == nil || s.Nodes[0].Cancelled.By != "job/fails" ||
		s.Nodes[0].Cancelled.Reason != errOurs.Error() || s.Nodes[0].Cancelled.Left != 1 || s.Nodes[0].Counts.Failed != 1 {
		t.Errorf("got\n%s", drawn(s))
	}
}

func TestTasksThatAreAlikeAreCounted(t *testing.T) {
	s := looked(t, func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			for range 100 {
				g.Go(doze)
			}
			return nil
		}, temporal.Limit(60))
	})
	var more []int
	for _, n := range s.Nodes {
		if n.Type == "more" {
			more = append(more, n.Count)
		}
	}
	if len(s.Nodes) != 9 || len(more) != 2 || more[0] != 57 || more[1] != 37 || s.Totals.Queued != 40 {
		t.Errorf("got\n%s", s)
	}
}

func TestWhatATreeTellsIsNeverTooLargeToBeSent(t *testing.T) {
	s := looked(t, func(ctx workflow.Context) error {
		return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
			for range 200 {
				g.Go(func(ctx workflow.Context) error {
					return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error { return doze(ctx) })
				}, temporal.Name(strings.Repeat("ä", 3000)))
			}
			return nil
		})
	})
	if s.Truncated == 0 || len(s.Nodes) == 0 || temporal.CheckSize(nil, "it", s) != nil || s.Totals.Groups != 201 {
		t.Errorf("%d nodes, %d left out", len(s.Nodes), s.Truncated)
	}
}

func TestAfterItsGroupsHaveEndedAWorkflowTellsOfNone(t *testing.T) {
	s := looked(t, func(ctx workflow.Context) error {
		if err := temporal.Run(ctx, func(workflow.Context, *temporal.Group) error { return nil }); err != nil {
			return err
		}
		return doze(ctx)
	})
	if len(s.Nodes) != 0 {
		t.Errorf("got\n%s", s)
	}
}

func TestWithTheInterceptorOneTreeHasAllGroups(t *testing.T) {
	s := looked(t, func(ctx workflow.Context) error {
		if err := workflow.SetUpdateHandler(ctx, "update", func(ctx workflow.Context) error {
			return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error { return doze(ctx) }, temporal.Name("handler"))
		}); err != nil {
			return err
		}
		done, set := workflow.NewFuture(ctx)
		workflow.Go(ctx, func(ctx workflow.Context) {
			set.SetError(temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error { return doze(ctx) }, temporal.Name("left")))
		})
		err := temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error { return doze(ctx) }, temporal.Name("right"))
		return errors.Join(err, done.Get(ctx, nil))
	}, func(env *testsuite.TestWorkflowEnvironment) {
		env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{temporal.Interceptor()}})
		env.RegisterDelayedCallback(func() { env.UpdateWorkflow("update", "1", &testsuite.TestUpdateCallback{}) }, time.Millisecond)
	})
	for _, want := range []string{"left · run", "right · run", "handler · run"} {
		if got := drawn(s); !strings.Contains(got, want) {
			t.Errorf("there is no %s in\n%s", want, got)
		}
	}
}

// waits waits for a signal, as a task of a child.
func waits(ctx workflow.Context) error {
	return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
		g.Go(func(ctx workflow.Context) error {
			workflow.GetSignalChannel(ctx, "go").Receive(ctx, nil)
			return nil
		}, temporal.Name("waits"))
		return nil
	}, temporal.Name("below"))
}

// parent runs waits as a child.
func parent(ctx workflow.Context) error {
	return temporal.Run(ctx, func(ctx workflow.Context, g *temporal.Group) error {
		g.Go(func(ctx workflow.Context) error {
			id := workflow.GetInfo(ctx).WorkflowExecution.ID + "-child"
			ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowID: id})
			_, err := temporal.Child[temporal.None](ctx, "waits")
			return err
		}, temporal.Name("child"))
		return nil
	}, temporal.Name("above"))
}

func TestServer_OneTreeHasAWorkflowAndItsChildren(t *testing.T) {
	c, queue := staff(t, func(w worker.Registry) {
		w.RegisterWorkflowWithOptions(waits, workflow.RegisterOptions{Name: "waits"})
		w.RegisterWorkflowWithOptions(parent, workflow.RegisterOptions{Name: "parent"})
	})
	run := start(t, c, queue, "parent")
	h := temporal.Handler(c, run.GetID())
	until(t, "the child's task in the tree", func() bool {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/tree.txt", nil))
		t.Log(w.Body)
		return strings.Contains(w.Body.String(), "└─ child") && strings.Contains(w.Body.String(), "   └─ below · run") && strings.Contains(w.Body.String(), "└─ waits")
	})
	if err := c.SignalWorkflow(t.Context(), run.GetID()+"-child", "", "go", nil); err != nil {
		t.Fatal(err)
	}
	if err := run.Get(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func TestServer_AWorkflowThatIsNotThereCannotBeLookedAt(t *testing.T) {
	at, _ := sharedServer(t)
	var c client.Client = dial(t, at)
	if s, err := temporal.Look(t.Context(), c, "nobody"); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("%v, %v", s, err)
	}
}
