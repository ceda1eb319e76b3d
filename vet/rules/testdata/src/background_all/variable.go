// A fresh context in a variable.

package background_all

import (
	"context"
	"net/http"
)

func handlerTODO(w http.ResponseWriter, r *http.Request) {
	ctx := context.TODO() // want `context.TODO\(\) does not end with r.Context\(\)`
	_ = do(ctx)
}

func handlerFresh(w http.ResponseWriter, r *http.Request) {
	ctx := context.Background() // want `context.Background\(\) does not end with r.Context\(\)`
	_ = do(ctx)
}

func todoVariable(parent context.Context) error {
	c := context.TODO() // want `does not end with parent`
	return do(c)
}

func named(ctx context.Context) error {
	root := context.Background()
	return do(root)
}

func chosen(parent context.Context, alone bool) error {
	ctx := context.Background()
	if !alone {
		ctx = parent
	}
	return do(ctx)
}

func shuttingDown(parent context.Context) error {
	ctx := context.Background()
	return Shutdown(ctx)
}

func said(parent context.Context) error {
	// The context is gone by now.
	ctx := context.Background()
	return do(ctx)
}

func ofItsOwn() error {
	ctx := context.Background()
	return do(ctx)
}
