package d

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

type WAL struct {
	seg   *os.File
	index *os.File
}

type RemoteError struct {
	Node string
	Code int
}

func (e *RemoteError) Error() string { return fmt.Sprintf("%s: code %d", e.Node, e.Code) }

type ThrottledError struct {
	After time.Duration
}

func (e *ThrottledError) Error() string { return "throttled for " + e.After.String() }

type Shard interface {
	Name() string
	Flush(ctx context.Context) error
}

type FlushMetrics struct {
	remote, throttled, other atomic.Int64
}

type Flusher struct {
	shards  []Shard
	metrics FlushMetrics
}

type Sink interface {
	Write(ctx context.Context, batch []byte) error
}

type Tee struct {
	sinks []Sink
}

type Stage interface {
	Close() error
}

type Pipeline struct {
	source, filter, sink Stage
	count                func(kind string)
}

type FieldError struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Reason }

type Problem struct {
	Title  string       `json:"title"`
	Fields []FieldError `json:"fields"`
}

type Tenant struct {
	Name, Region string
	Quota        int
}

func (t Tenant) checkName() error {
	if t.Name == "" {
		return &FieldError{"name", "is empty"}
	}
	return nil
}

func (t Tenant) checkRegion() error {
	if len(t.Region) != 3 {
		return &FieldError{"region", "must have three letters"}
	}
	return nil
}

func (t Tenant) checkQuota() error {
	if t.Quota < 0 {
		return &FieldError{"quota", "is negative"}
	}
	return nil
}

// A Worker's Stop gives what the worker ended with: one error, which is
// context.Canceled if it was Stop that ended it.
type Worker interface {
	Name() string
	Stop() error
}

type Supervisor struct {
	workers []Worker
}

type Cache struct {
	dir string
}

var (
	ErrConflict = errors.New("conflict")
	ErrReadOnly = errors.New("read only")
)

type Tx interface {
	Commit(ctx context.Context) error
	Rollback() error
}

type Ledger struct {
	begin func(ctx context.Context) (Tx, error)
	post  func(ctx context.Context, tx Tx, amount int64) error
}

type Check interface {
	Name() string
	Run(ctx context.Context) error
}

type Prober struct {
	checks []Check
	alert  func(check string, err error)
}

type Region interface {
	Name() string
	Deploy(ctx context.Context, version string) error
}

type Rollout struct {
	regions []Region
	mark    func(path string, err error)
}

// visit calls fn for each error at the ends of the tree of err.
func visit(err error, fn func(error)) {
	switch e := err.(type) {
	case nil:
	case interface{ Unwrap() []error }:
		for _, sub := range e.Unwrap() {
			visit(sub, fn)
		}
	default:
		fn(err)
	}
}
