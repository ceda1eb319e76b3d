package swallowed

import "context"

// Who writes a comment in the branch has thought of it.

func sends(ctx context.Context, out chan<- int, v int) error {
	select {
	case <-ctx.Done():
		// An error here is too noisy.
		return nil
	case out <- v:
		return nil
	}
}

func sendsSilently(ctx context.Context, out chan<- int, v int) error {
	select {
	case <-ctx.Done():
		return nil // want `this is reached because ctx has ended`
	case out <- v:
		return nil
	}
}

func lists(ctx context.Context, get func(context.Context) ([]int, error)) ([]int, error) {
	list, err := get(ctx)
	if err != nil {
		// An empty list.
		return nil, nil
	}
	return list, nil
}

func listsSilently(ctx context.Context, get func(context.Context) ([]int, error)) ([]int, error) {
	list, err := get(ctx)
	if err != nil {
		return nil, nil // want `the error of get, a cancellation of ctx among them, comes out as success`
	}
	return list, nil
}

// A comment on another branch says nothing of this one.

func listsElse(ctx context.Context, get func(context.Context) ([]int, error)) ([]int, error) {
	list, err := get(ctx)
	if err != nil {
		return nil, nil // want `comes out as success`
	} else if len(list) == 0 {
		// Nothing is there.
		return nil, nil
	}
	return list, nil
}

// Only some errors are tried again.

func boots(ctx context.Context, list func(context.Context) error, retriable func(error) bool) {
	for {
		err := list(ctx)
		if err != nil {
			if retriable(err) {
				continue
			}
			println(err)
		}
		return
	}
}

// A loop that something else ends.

func batches(ctx context.Context, handle func(context.Context) error, backlog func() int) {
	for {
		if err := handle(ctx); err != nil {
			println(err)
		}
		if backlog() < 100 {
			break
		}
	}
}
