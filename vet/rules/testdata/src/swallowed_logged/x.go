package swallowed_logged

import (
	"context"
	"iter"
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

func sumLogged(ctx context.Context, all func(context.Context) iter.Seq2[int, error]) (total int, err error) {
	for n, err := range all(ctx) {
		if err != nil {
			log.Print(err)
			break
		}
		total += n
	}
	return total, nil // want `the error of all, a cancellation of ctx among them, comes out as success`
}
