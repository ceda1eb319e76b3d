package temporal_test

import (
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid/temporal"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	sdk "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// This file runs functions as workflows in the SDK's test environment, whose
// time goes by as fast as nothing is left to do.

// flow runs fn as a workflow, which has to complete, and gives the error that
// the workflow itself returned. More can be set up on the environment before.
func flow(t *testing.T, fn func(ctx workflow.Context) error, setup ...func(env *testsuite.TestWorkflowEnvironment)) (err error) {
	t.Helper()
	env := environment(setup...)
	ended := false
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		err = fn(ctx)
		ended = true
		return nil
	})
	switch {
	case !env.IsWorkflowCompleted():
		t.Fatal("the workflow did not complete")
	case !ended:
		stack := ""
		if pe := (*sdk.PanicError)(nil); errors.As(env.GetWorkflowError(), &pe) {
			stack = pe.StackTrace()
		}
		t.Fatalf("the workflow's function did not return: %v\n%v", env.GetWorkflowError(), stack)
	}
	return err
}

func environment(setup ...func(env *testsuite.TestWorkflowEnvironment)) *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Minute) // of a busy machine
	env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute})
	for _, s := range setup {
		s(env)
	}
	return env
}

// trail notes what happens, in order.
type trail []string

func (tr *trail) note(words ...string) { *tr = append(*tr, strings.Join(words, " ")) }

func (tr trail) is(t *testing.T, want ...string) {
	t.Helper()
	if got := strings.Join(tr, "; "); got != strings.Join(want, "; ") {
		t.Errorf("happened: %s\n    want: %s", got, strings.Join(want, "; "))
	}
}

type convertedArgs = converter.EncodedValues

// carrying has errors cross whole.
func carrying(env *testsuite.TestWorkflowEnvironment) {
	env.SetFailureConverter(temporal.FailureConverter(nil))
}
