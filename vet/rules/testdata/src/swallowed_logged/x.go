package swallowed_logged

import (
	"context"
	"log"
)

func do(context.Context) error { return nil }

func logged(ctx context.Context) error {
	if err := do(ctx); err != nil {
		log.Println(err)
		return nil // want `comes out as success`
	}
	return nil
}

func looks(ctx context.Context) error {
	if err := do(ctx); err != nil {
		if ctx.Err() != nil {
			return err
		}
		log.Println(err)
		return nil
	}
	return nil
}
