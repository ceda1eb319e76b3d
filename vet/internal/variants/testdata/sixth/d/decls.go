package d

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("conflict")
	ErrUsage    = errors.New("usage")
)

// ShardError is the failure of one shard.
type ShardError struct {
	Shard int
	Err   error
}

func (e *ShardError) Error() string { return fmt.Sprintf("shard %d: %v", e.Shard, e.Err) }

func (e *ShardError) Unwrap() error { return e.Err }

// ThrottleError says when a server may be asked again.
type ThrottleError struct {
	Host  string
	After time.Duration
}

func (e *ThrottleError) Error() string { return fmt.Sprintf("%s: throttled for %v", e.Host, e.After) }

type Pipe struct {
	r io.ReadCloser
	w io.WriteCloser
}

type Shard interface {
	Write(ctx context.Context, key string, value []byte) error
	Sync(ctx context.Context) error
}

type Cluster struct {
	shards   []Shard
	down     map[int]bool
	degraded bool
}

type Remote interface {
	Host() string
	Send(ctx context.Context, body []byte) error
	Delete(ctx context.Context, id string) error
}

type Fanout struct {
	remotes []Remote
	resume  time.Time
}

type Step struct {
	Name string
	Run  func(ctx context.Context) error
}

// leaves gives the errors at the ends of the tree.
func leaves(err error) []error {
	if err == nil {
		return nil
	}
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		var all []error
		for _, sub := range e.Unwrap() {
			all = append(all, leaves(sub)...)
		}
		return all
	default:
		return []error{err}
	}
}
