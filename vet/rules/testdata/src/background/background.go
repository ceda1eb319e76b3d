package background

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

func load(context.Context) (int, error) { return 0, nil }
func save(context.Context, int) error   { return nil }

func returned(ctx context.Context) (int, error) {
	return load(context.Background()) // want `context.Background\(\) does not end with ctx`
}

func used(ctx context.Context) error {
	n, err := load(context.Background()) // want `context.Background\(\) does not end with ctx`
	if err != nil {
		return err
	}
	return save(ctx, n)
}

func argument(ctx context.Context, use func(int, error)) {
	use(load(context.Background())) // want `context.Background\(\) does not end with ctx`
}

func open(ctx context.Context) error {
	return save(context.TODO(), 1) // want `context.TODO\(\) does not end with ctx`
}

func derived(ctx context.Context) error {
	own, cancel := context.WithCancel(context.Background()) // want `context.Background\(\) does not end with ctx`
	defer cancel()
	n, err := load(own)
	_, _ = n, err
	return save(own, 1)
}

// What a call does, and gives nothing of, may be meant to be done whatever becomes of the caller: off by default.

func effect(ctx context.Context) error { return save(context.Background(), 1) }

func unused(ctx context.Context) error {
	_, err := load(context.Background())
	return err
}

func dropped(ctx context.Context) { load(context.Background()) }

// So is a limit of time of its own.

func limited(ctx context.Context) (int, error) {
	own, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return load(own)
}

// What makes up for a failure is to be done, and the context may be why.

func makesUp(ctx context.Context, undo func(context.Context) (bool, error)) error {
	if err := save(ctx, 1); err != nil {
		if ok, _ := undo(context.Background()); ok {
			return nil
		}
		return err
	}
	return nil
}

func asksAgain(ctx context.Context, ask func(context.Context) (bool, error)) error {
	if err := save(ctx, 1); err == nil {
		_, err := ask(ctx)
		ok, _ := ask(context.TODO()) // want `context.TODO\(\) does not end with ctx`
		_ = ok
		return err
	}
	return nil
}

// A context that is ended by hand, when something says so, has an order of its own.

func elected(ctx context.Context, run func(context.Context), stop <-chan struct{}) error {
	res := make(chan error, 1)
	go func() {
		own, cancel := context.WithCancel(context.Background())
		go run(own)
		<-stop
		cancel()
		res <- nil
	}()
	select {
	case err := <-res:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func electedHere(ctx context.Context, run func(context.Context), stop <-chan struct{}) {
	own, cancel := context.WithCancel(context.Background())
	go run(own)
	<-stop
	cancel()
}

func onBothWays(ctx context.Context) error {
	own, cancel := context.WithCancel(context.Background())
	if err := save(own, 1); err != nil {
		cancel()
		return err
	}
	err := save(own, 2)
	cancel()
	return err
}

// A context that the function gives back is what it is for.

type scope struct{}

func withScope(ctx context.Context) context.Context {
	return context.WithValue(context.Background(), scope{}, ctx.Value(scope{}))
}

// A function that cancels something does so when its context has ended, and one that only asks for that works under another.

func inviteCancel(ctx context.Context, ask func(context.Context) (int, error)) error {
	if ctx.Err() == nil {
		return save(ctx, 1)
	}
	_, err := load(ctx)
	n, _ := ask(context.Background())
	_, _ = n, err
	return err
}

func follows(ctx context.Context, ask func(context.Context) (int, error)) (int, error) {
	if err := context.Cause(ctx); err == errGone {
		return 0, ctx.Err()
	}
	return ask(context.Background())
}

var errGone error

// The context of a group that is thrown away is nobody's.

func both(ctx context.Context) error {
	g, _ := errgroup.WithContext(context.Background())
	g.Go(func() error { return save(ctx, 1) })
	g.Go(func() error { return save(ctx, 2) })
	return g.Wait()
}

// What a context outside of the function, or what lives on, says less of: off by default.

func outside(ctx context.Context, each func(func(int) int), ask func(context.Context) int) {
	each(func(i int) int { return ask(context.Background()) })
}

func inATask(ctx context.Context, ask func(context.Context) int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		ask(context.Background())
		n := ask(context.Background()) // want `context.Background\(\) does not end with ctx`
		if n == 0 {
			return nil
		}
		return ctx.Err()
	})
	return g.Wait()
}

type session struct{}

func dialSession(ctx context.Context) (*session, error) { return nil, ctx.Err() }

func opensSession(ctx context.Context) error {
	s, err := dialSession(context.Background())
	_ = s
	return err
}
