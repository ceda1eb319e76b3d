package a

import (
	"context"
	"fmt"
	"log"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// want-rule (a): the task's error becomes nil
func prefetch(ctx context.Context, ids []int) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, id := range ids {
		g.Go(func() error {
			_, err := fetch(ctx, id)
			if err != nil {
				return nil
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: the task's error is the group's
func prefetchOK(ctx context.Context, ids []int) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, id := range ids {
		g.Go(func() error {
			_, err := fetch(ctx, id)
			if err != nil {
				return fmt.Errorf("prefetch %d: %w", id, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// want-rule (a): logged, and success is reported
func (s *store) saveAll(ctx context.Context, it item) error {
	if err := s.save(ctx, it); err != nil {
		s.log.Error("save", "err", err)
		return nil
	}
	return nil
}

// fine: logged and returned
func (s *store) saveAllOK(ctx context.Context, it item) error {
	if err := s.save(ctx, it); err != nil {
		s.log.Error("save", "err", err)
		return err
	}
	return nil
}

// want-rule (a): a braid task says that all is well
func warm(ctx context.Context, ids []int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for _, id := range ids {
				if _, err := fetch(ctx, id); err != nil {
					return nil
				}
			}
			return nil
		})
		return nil
	})
}

// fine: the task returns its error
func warmOK(ctx context.Context, ids []int) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			for _, id := range ids {
				if _, err := fetch(ctx, id); err != nil {
					return err
				}
			}
			return nil
		})
		return nil
	})
}

// want-rule (a): the zero value and nil
func lookup(ctx context.Context, id int) (item, error) {
	it, err := fetch(ctx, id)
	if err != nil {
		return item{}, nil
	}
	return it, nil
}

// fine: the zero value and the error
func lookupOK(ctx context.Context, id int) (item, error) {
	it, err := fetch(ctx, id)
	if err != nil {
		return item{}, err
	}
	return it, nil
}

// want-rule (a): a case of a switch drops the error
func (s *store) touch(ctx context.Context, id int) error {
	it, err := fetch(ctx, id)
	switch {
	case err != nil:
		return nil
	case it.name == "":
		return fmt.Errorf("item %d has no name", id)
	}
	return s.save(ctx, it)
}

// fine: the case returns it
func (s *store) touchOK(ctx context.Context, id int) error {
	it, err := fetch(ctx, id)
	switch {
	case err != nil:
		return err
	case it.name == "":
		return fmt.Errorf("item %d has no name", id)
	}
	return s.save(ctx, it)
}

// want-rule (a): a bare return with the named result still nil
func (s *store) copyItem(ctx context.Context, id int) (err error) {
	it, e := fetch(ctx, id)
	if e != nil {
		return
	}
	err = s.save(ctx, it)
	return
}

// fine: the named result is the error
func (s *store) copyItemOK(ctx context.Context, id int) (err error) {
	it, err := fetch(ctx, id)
	if err != nil {
		return
	}
	err = s.save(ctx, it)
	return
}

// want-rule (a): the error's branch is the else, and falls through to nil
func (s *store) refresh(ctx context.Context, id int) error {
	if it, err := fetch(ctx, id); err == nil {
		s.in <- it
	} else {
		log.Printf("refresh %d: %v", id, err)
	}
	return nil
}

// fine: the else returns
func (s *store) refreshOK(ctx context.Context, id int) error {
	if it, err := fetch(ctx, id); err == nil {
		select {
		case s.in <- it:
		case <-ctx.Done():
			return ctx.Err()
		}
	} else {
		return fmt.Errorf("refresh %d: %w", id, err)
	}
	return nil
}

// want-rule (a): a generic helper returns nil for every failure
func each[T any](ctx context.Context, xs []T, fn func(context.Context, T) error) error {
	for _, x := range xs {
		if err := fn(ctx, x); err != nil {
			return nil
		}
	}
	return nil
}

// fine: a generic helper that returns the failure
func eachOK[T any](ctx context.Context, xs []T, fn func(context.Context, T) error) error {
	for _, x := range xs {
		if err := fn(ctx, x); err != nil {
			return err
		}
	}
	return nil
}

// want-rule (a): the deferred function sets the error to nil
func (s *store) importItems(ctx context.Context, items []item) (err error) {
	defer func() {
		if err != nil {
			log.Print(err)
			err = nil
		}
	}()
	for _, it := range items {
		if err := s.save(ctx, it); err != nil {
			return err
		}
	}
	return nil
}

// fine: the deferred function adds to the error
func (s *store) importItemsOK(ctx context.Context, items []item) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("import: %w", err)
		}
	}()
	for _, it := range items {
		if err := s.save(ctx, it); err != nil {
			return err
		}
	}
	return nil
}
