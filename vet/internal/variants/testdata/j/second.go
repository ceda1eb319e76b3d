package j

import (
	"context"
	"io"
	"net/http"
	"os"
	"runtime"

	"github.com/braid-go/braid"
)

// want-rule (j): the group of Open is blank
func openBlank(ctx context.Context) error {
	_, gctx := braid.Open(ctx)
	_, err := load(gctx)
	return err
}

// fine: kept, and closed
func openBlankOK(ctx context.Context) error {
	g, gctx := braid.Open(ctx)
	if _, err := load(gctx); err != nil {
		return err
	}
	return g.Close()
}

// want-rule (j): the error of TryGo is dropped
func tryGo(g *braid.Group) {
	g.TryGo(func(ctx context.Context) error {
		_, err := load(ctx)
		return err
	})
}

// fine: returned
func tryGoOK(g *braid.Group) error {
	return g.TryGo(func(ctx context.Context) error {
		_, err := load(ctx)
		return err
	})
}

// want-rule (j): the item's function locks its thread
func eachLocked(ctx context.Context, xs []int) error {
	return braid.Each(ctx, xs, func(ctx context.Context, x int) error {
		runtime.LockOSThread()
		_, err := load(ctx)
		return err
	}, braid.Limit(2))
}

// fine: and unlocks it
func eachLockedOK(ctx context.Context, xs []int) error {
	return braid.Each(ctx, xs, func(ctx context.Context, x int) error {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		_, err := load(ctx)
		return err
	}, braid.Limit(2))
}

// want-rule (j): a response's body, closed by a task that may be skipped
func fetchBody(ctx context.Context, req *http.Request, use func([]byte) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		resp, err := http.DefaultClient.Do(req.WithContext(ctx))
		if err != nil {
			return err
		}
		g.Go(func(ctx context.Context) error {
			defer resp.Body.Close()
			b, err := io.ReadAll(resp.Body)
			if err != nil {
				return err
			}
			return use(b)
		})
		return nil
	})
}

// fine: the task owns the body
func fetchBodyOK(ctx context.Context, req *http.Request, use func([]byte) error) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		resp, err := http.DefaultClient.Do(req.WithContext(ctx))
		if err != nil {
			return err
		}
		braid.GoWith(g, resp.Body, func(ctx context.Context, body io.ReadCloser) error {
			b, err := io.ReadAll(body)
			if err != nil {
				return err
			}
			return use(b)
		})
		return nil
	})
}

// want-rule (j): a kind of error is handled, unseen
func catchKind(ctx context.Context) error {
	_, err := load(ctx)
	return braid.Catch(err,
		braid.When(braid.As[*valueError](), func(err error) error { return nil }),
	)
}

// fine: a sentinel is known without a look
func catchKindOK(ctx context.Context) error {
	_, err := load(ctx)
	return braid.Catch(err,
		braid.When(braid.Is(os.ErrNotExist), func(err error) error { return nil }),
	)
}
