// Which way out it is that strands.

package stranded

import "context"

type list struct{ names []string }

func hash(ctx context.Context, p string) (int, error) { return len(p), ctx.Err() }

// What was known before the goroutine started is no way out any more, or is left by all the same.
func register(ctx context.Context, p string, check func() error) (err error) {
	if p == "" {
		err = check()
	}
	hashed := make(chan int)
	go func() {
		h, _ := hash(ctx, p)
		hashed <- h // want `the receiver may leave at line 26 before it receives from hashed`
	}()
	if err != nil {
		return err
	}
	// A comment, so that the lines are far apart.
	if err := check(); err != nil {
		return err
	}
	<-hashed
	return nil
}

// Among several senders it may be another whose error is told.
func lists(ctx context.Context, get func(context.Context) (list, error)) (all []list, err error) {
	failed := make(chan error)
	found := make(chan list)
	ask := func() {
		l, err := get(ctx)
		failed <- err // want `failed`
		found <- l    // want `the receiver may leave at line 45 before it receives from found`
	}
	go ask()
	go ask()
	for n := 2; n > 0; {
		select {
		case err := <-failed:
			if err != nil {
				return nil, err
			}
		case l := <-found:
			all = append(all, l)
			n--
		}
	}
	return all, nil
}

// One sender says that it has failed, or sends.
func oneList(ctx context.Context, get func(context.Context) (list, error)) (list, error) {
	failed := make(chan error)
	found := make(chan list)
	go func() {
		l, err := get(ctx)
		if err != nil {
			failed <- err
			return
		}
		found <- l
	}()
	select {
	case err := <-failed:
		return list{}, err
	case l := <-found:
		return l, nil
	}
}

// As many are received as are sent, whichever way.
func bothWays(ctx context.Context, asks []func(context.Context) (list, error)) (all []list, last error) {
	failed := make(chan error)
	found := make(chan list)
	for _, ask := range asks {
		go func() {
			l, err := ask(ctx)
			if err != nil {
				failed <- err
			} else {
				found <- l
			}
		}()
	}
	for range asks {
		select {
		case l := <-found:
			all = append(all, l)
		case err := <-failed:
			last = err
		}
	}
	return all, last
}
