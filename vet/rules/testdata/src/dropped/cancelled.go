package dropped

import (
	"context"

	"golang.org/x/sync/errgroup"
)

type execution struct {
	cancel context.CancelFunc
	group  *errgroup.Group
}

func (e *execution) abort() {
	e.cancel()
	_ = e.group.Wait()
}

func (e *execution) end() {
	_ = e.group.Wait() // want `the group's error is assigned to _`
	e.cancel()
}
