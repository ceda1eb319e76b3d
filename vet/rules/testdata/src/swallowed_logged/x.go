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

func fallsOff(ctx context.Context) error {
	if err := do(ctx); err != nil { // want `the error of do, a cancellation of ctx among them, comes out as success`
		log.Println(err)
	}
	return nil
}

func elseBranch(ctx context.Context) error {
	if err := do(ctx); err == nil { // want `comes out as success`
		log.Println("done")
	} else {
		log.Println(err)
	}
	return nil
}

func elseReturns(ctx context.Context) error {
	if err := do(ctx); err == nil {
		log.Println("done")
	} else {
		return err
	}
	return nil
}

func goesOn(ctx context.Context) error {
	if err := do(ctx); err != nil {
		log.Println(err)
	}
	return do(ctx)
}
