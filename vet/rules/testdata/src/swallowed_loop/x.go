package swallowed_loop

import (
	"context"
	"log"
)

func do(context.Context, int) error { return nil }

func skipped(ctx context.Context, items []int) error {
	for _, i := range items {
		if err := do(ctx, i); err != nil { // want `the error of do is skipped`
			log.Println(err)
			continue
		}
	}
	return nil
}

func looks(ctx context.Context, items []int) error {
	for _, i := range items {
		if err := do(ctx, i); err != nil {
			log.Println(err)
			continue
		}
	}
	return ctx.Err()
}

func nobodyLearns(ctx context.Context, items []int) {
	for _, i := range items {
		if err := do(ctx, i); err != nil { // want `and nobody learns of it`
			log.Println(err)
		}
	}
}

func counted(ctx context.Context, items []int) (failed int) {
	for _, i := range items {
		if err := do(ctx, i); err != nil {
			failed++
		}
	}
	return failed
}

func withoutCtx(items []int) {
	for _, i := range items {
		if err := do(context.Background(), i); err != nil {
			log.Println(err)
		}
	}
}

func skippedBySwitch(ctx context.Context, items []int) (n int, err error) {
	for _, i := range items {
		switch err := do(ctx, i); { // the error is the default
		case err == nil: // want `the error of do is skipped`
			n++
		default:
			log.Println(err)
		}
	}
	return n, nil
}

func told(ctx context.Context, items []int) (n int, err error) {
	for _, i := range items {
		switch err := do(ctx, i); {
		case err == nil:
			n++
		default:
			return n, err
		}
	}
	return n, nil
}
