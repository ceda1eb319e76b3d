// Sequences whose second value is an error.

package swallowed

import (
	"context"
	"iter"
)

type rows interface {
	All(ctx context.Context) iter.Seq2[int, error]
	Kept() iter.Seq2[int, error]
	Numbered(ctx context.Context) iter.Seq2[int, int]
}

func sum(ctx context.Context, r rows) (total int, err error) {
	for n, err := range r.All(ctx) {
		if err != nil {
			break
		}
		total += n
	}
	return total, nil // want `the error of All, a cancellation of ctx among them, comes out as success`
}

func first(ctx context.Context, r rows) (int, error) {
	for n, err := range r.All(ctx) {
		if err != nil {
			return 0, nil // want `the error of All, a cancellation of ctx among them, comes out as success`
		}
		return n, nil
	}
	return 0, nil
}

func sumRight(ctx context.Context, r rows) (total int, err error) {
	for n, err := range r.All(ctx) {
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, nil
}

func sumKept(ctx context.Context, r rows) (total int, err error) {
	for n, e := range r.All(ctx) {
		if e != nil {
			err = e
			break
		}
		total += n
	}
	return total, err
}

func sumUntil(ctx context.Context, r rows) (total int, err error) {
	for n, err := range r.All(ctx) {
		if err != nil {
			if ctx.Err() != nil {
				return 0, ctx.Err()
			}
			break
		}
		total += n
	}
	return total, nil
}

func sumOfMemory(ctx context.Context, r rows) (total int, err error) {
	for n, err := range r.Kept() {
		if err != nil {
			break
		}
		total += n
	}
	return total, nil
}

func sumOfNumbers(ctx context.Context, r rows) (total int, err error) {
	for n, m := range r.Numbered(ctx) {
		if m != 0 {
			break
		}
		total += n
	}
	return total, nil
}

func sumNext(ctx context.Context, next func(context.Context) (int, error)) (total int, err error) {
	for {
		n, err := next(ctx)
		if err != nil {
			break // which may be io.EOF
		}
		total += n
	}
	return total, nil
}
