package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/cmd/braid/internal/argv"
	"github.com/braid-go/braid/cmd/braid/internal/proc"
	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/temporal"
)

// This file runs commands on other machines: braid map --engine hands each of
// them to a worker, which braid worker is. A command there is one task of the
// engine; all else about it (limits, retries, order, the report) stays here.

// maxOutput is how much a command may write on a worker: its output is sent back in
// one message of at most 2 MiB, in which a byte takes four thirds.
const maxOutput = 1 << 20

// errand is what a worker is asked to run.
type errand struct {
	Argv  []string      `json:"argv"`
	Grace time.Duration `json:"grace"`
}

// errandEnd tells how that went.
type errandEnd struct {
	Stdout []byte         `json:"stdout,omitempty"`
	Stderr []byte         `json:"stderr,omitempty"`
	Code   int            `json:"code,omitempty"`
	Signal syscall.Signal `json:"signal,omitempty"`
	CPU    time.Duration  `json:"cpu,omitempty"`
	Took   time.Duration  `json:"took"`
	Notes  []string       `json:"notes,omitempty"`
	NotRun string         `json:"not_run,omitempty"` // why it could not be started
}

var errands *engine.Task[errand, errandEnd]

func init() { errands = engine.Define("braid.exec", runErrand) }

// hired is the session of the worker that this process is. It is set before anything
// is taken from the queue.
var hired *session

// runErrand is the task.
func runErrand(ctx context.Context, job errand) (end errandEnd, err error) {
	if hired == nil || len(job.Argv) == 0 {
		return end, errors.New("this is no braid worker, or no command")
	}
	c := command{label: argv.Label(job.Argv, 48), argv: job.Argv}
	if c.path, err = findProgram(job.Argv[0]); err != nil {
		return errandEnd{NotRun: err.Error()}, nil
	}
	var written atomic.Int64
	out, errs := capped{written: &written}, capped{written: &written}
	e, err := hired.attempt(ctx, c, streams{&out, &errs})
	var failed *failure
	switch {
	//braid:ignore multierror an attempt has one task, so one failure
	case errors.As(err, &failed) && failed.code == statusNotRun:
		return errandEnd{NotRun: failed.what}, nil
	case err != nil:
		return end, err
	}
	return errandEnd{out.Bytes(), errs.Bytes(), e.status.Code, e.status.Signal, e.status.CPU, e.took, e.notes, ""}, nil
}

// capped is a buffer that shares its room with another.
type capped struct {
	bytes.Buffer
	written *atomic.Int64 // to both
}

func (c *capped) Write(p []byte) (int, error) {
	if c.written.Add(int64(len(p))) > maxOutput {
		return 0, fmt.Errorf("it writes more than %d KiB, which is too much to be sent back; have it write to a file that both machines see", maxOutput>>10)
	}
	return c.Buffer.Write(p)
}

// attemptAway is attempt on whichever worker takes it.
func (s *session) attemptAway(ctx context.Context, c command, to streams) (e ending, err error) {
	began := time.Now()
	end, err := engine.Call(ctx, s.away, errands, errand{c.argv, time.Duration(s.opts.grace)})
	e.took = time.Since(began)
	var ge *braid.GroupError
	switch {
	case ctx.Err() != nil:
		return e, context.Cause(ctx)
	case errors.As(err, &ge):
		return e, &failure{c.label, "on the worker: " + plainText(ge), statusNotRun}
	case err != nil:
		return e, &failure{c.label, err.Error(), statusNotRun}
	case end.NotRun != "":
		return e, &failure{c.label, end.NotRun + " (on the worker)", statusNotRun}
	}
	if _, err := to.out.Write(end.Stdout); err != nil {
		return e, outputError{err}
	}
	if _, err := to.err.Write(end.Stderr); err != nil {
		return e, outputError{err}
	}
	e.took, e.notes = end.Took, end.Notes
	e.status = proc.Status{Code: end.Code, Signal: end.Signal, CPU: end.CPU}
	return e, nil
}

// plainText gives the error of the one task without its path, which is always the same.
func plainText(ge *braid.GroupError) string {
	var te *braid.TaskError
	if errors.As(ge, &te) {
		return te.Err.Error()
	}
	return ge.Error()
}

// engage has the session run commands on the workers of an address.
func (s *session) engage(address string) (release func(), err error) {
	c, queue, err := dial(address)
	if err != nil {
		return nil, noHint("%v", err)
	}
	s.away = temporal.Engine(c, queue)
	return c.Close, nil
}
